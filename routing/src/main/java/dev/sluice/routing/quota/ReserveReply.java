// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.quota;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** What the script that reserves answers, by the server's clock. Immutable. */
sealed interface ReserveReply {
  /** The lines are of other windows than the server's clock shows; nothing was looked at. */
  record OtherWindow(Instant now) implements ReserveReply {}

  /**
   * The lines were looked at, and all of them reserved or none.
   *
   * @param nodes that are alive
   * @param full number of the line that has no room, from 0; empty if all were reserved
   * @param seen what is used now, line by line
   */
  record Counted(Instant now, long nodes, OptionalInt full, List<LastShares.Seen> seen) implements ReserveReply {}

  /** Reads the script's reply; it says there what is where. */
  static ReserveReply of(List<Object> reply) {
    Instant now = Instant.ofEpochMilli((Long) reply.get(1));
    if (reply.get(0).equals("clock")) {
      return new OtherWindow(now);
    }
    List<LastShares.Seen> seen = new ArrayList<>();
    for (int i = 4; i < reply.size(); i += 2) {
      seen.add(new LastShares.Seen((Long) reply.get(i), (Long) reply.get(i + 1)));
    }
    int line = Math.toIntExact((Long) reply.get(3));
    return new Counted(now, (Long) reply.get(2), line == 0 ? OptionalInt.empty() : OptionalInt.of(line - 1), seen);
  }
}
