// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.header;

import dev.sluice.plugin.protocol.Field;
import dev.sluice.plugin.protocol.Headers;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The headers that belong to us, and how a client's attempts at them are removed.
 *
 * <p>NGINX reads {@code x_sluice_provider} and {@code x-sluice-provider} into one variable, and hands the runner at most 100
 * headers; so every spelling that came is deleted by its own name, and beyond that count every spelling of every name is.
 */
public final class InternalHeaders {
  /** Names the provider to the gateway's {@code traffic-split}. */
  public static final String PROVIDER = "x-sluice-provider";

  /** A caller's own, lower priority: a level number. */
  public static final String PRIORITY = "x-sluice-priority";

  /** The sender's tier, believed of trusted networks only. */
  public static final String TIER = "x-sluice-tier";

  /** The sender's environment, believed of trusted networks only. */
  public static final String ENVIRONMENT = "x-sluice-environment";

  /** The request's workload tag, believed of trusted networks only. */
  public static final String WORKLOAD = "x-sluice-workload";

  /** The account that pays, believed of trusted networks only. */
  public static final String ACCOUNT = "x-sluice-account";

  /** A caller's own patience in milliseconds. */
  public static final String MAX_WAIT_MS = "x-sluice-max-wait-ms";

  /** Names the lease to the gateway's log phase; a response header. */
  public static final String LEASE = "x-sluice-lease";

  /** The lane a request was admitted from; a response header. */
  public static final String LANE = "x-sluice-lane";

  /** How long a request waited; a response header. */
  public static final String WAIT_MS = "x-sluice-wait-ms";

  /** What was cut from a prompt; a response header. */
  public static final String TRUNCATED = "x-sluice-truncated";

  /** Why a request was not served; a response header. */
  public static final String REASON = "x-sluice-reason";

  /** The most headers that the gateway hands over. */
  private static final int HANDED_OVER = 100;

  private static final String PREFIX = "x-sluice-";
  private static final Set<String> EVERY_SPELLING = everySpelling();

  private InternalHeaders() {}

  /** The names to delete from a request before it goes on to a provider. */
  public static Set<String> toDelete(Headers headers) {
    Set<String> names = Set.of();
    for (Field header : headers.fields()) {
      String name = header.name();
      if (ours(name)) {
        names = names.isEmpty() ? new LinkedHashSet<>() : names;
        names.add(name);
      }
    }
    if (maybeCutOff(headers)) {
      Set<String> more = new LinkedHashSet<>(names);
      more.addAll(EVERY_SPELLING);
      return more;
    }
    return names;
  }

  /** Whether there may be more headers than these. */
  public static boolean maybeCutOff(Headers headers) {
    return headers.size() >= HANDED_OVER;
  }

  /** Whether a name begins with our prefix in any spelling. Runs over every header of every request, so it allocates nothing. */
  private static boolean ours(String name) {
    if (name.length() < PREFIX.length()) {
      return false;
    }
    for (int i = 0; i < PREFIX.length(); i++) {
      char c = name.charAt(i);
      char spelled = c == '_' ? '-' : c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c;
      if (spelled != PREFIX.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private static Set<String> everySpelling() {
    Set<String> spellings = new LinkedHashSet<>();
    for (String name : List.of(PROVIDER, PRIORITY, TIER, ENVIRONMENT, WORKLOAD, ACCOUNT, MAX_WAIT_MS, LEASE, LANE, WAIT_MS, TRUNCATED, REASON)) {
      spell(name, 0, spellings);
    }
    return spellings;
  }

  private static void spell(String name, int from, Set<String> spellings) {
    int dash = name.indexOf('-', from);
    if (dash < 0) {
      spellings.add(name);
      return;
    }
    spell(name, dash + 1, spellings);
    spell(name.substring(0, dash) + '_' + name.substring(dash + 1), dash + 1, spellings);
  }
}
