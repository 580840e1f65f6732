// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.config;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/**
 * Finds the known name a misspelled one was probably meant to be, by optimal string alignment distance (Damerau 1964, without
 * repeated edits of one substring). Immutable.
 */
public final class NearestName {
  private static final int MAX_LENGTH = 128;

  private NearestName() {}

  /**
   * The known name with the fewest edits, if it is within a third of the name's length, at least 2. Case and the difference
   * between {@code -} and {@code _} cost nothing.
   */
  public static Optional<String> of(String name, Collection<String> known) {
    return within(Math.max(2, name.length() / 3), name, known);
  }

  /** The known name with the fewest edits, if these are at most {@code maxEdits}. */
  public static Optional<String> within(int maxEdits, String name, Collection<String> known) {
    if (name.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    Optional<String> best = Optional.empty();
    int bestEdits = maxEdits + 1;
    for (String candidate : known) {
      int edits = edits(fold(name), fold(candidate));
      if (edits < bestEdits) {
        best = Optional.of(candidate);
        bestEdits = edits;
      }
    }
    return best;
  }

  private static String fold(String name) {
    return name.toLowerCase(Locale.ROOT).replace('-', '_');
  }

  private static int edits(String a, String b) {
    int[][] cost = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          cost[i][j] = i + j;
          continue;
        }
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        int edits = Math.min(cost[i - 1][j - 1] + change, 1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
        if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
          edits = Math.min(edits, cost[i - 2][j - 2] + 1);
        }
        cost[i][j] = edits;
      }
    }
    return cost[a.length()][b.length()];
  }
}
