// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.gateway;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * Weighted round robin over lists, by identity of the list. Not thread-safe; confined to the worker's event loop.
 *
 * <p>Nginx's smooth variant: each choice gains its weight, the largest is taken and pays the sum of all weights.
 */
final class RoundRobins {
  private final IdentityHashMap<List<?>, long[]> gains = new IdentityHashMap<>();

  <T> T pick(List<T> choices, ToIntFunction<T> weight) {
    long[] gained = gains.computeIfAbsent(choices, list -> new long[list.size()]);
    int best = 0;
    long total = 0;
    for (int i = 0; i < gained.length; i++) {
      gained[i] += weight.applyAsInt(choices.get(i));
      total += weight.applyAsInt(choices.get(i));
      best = gained[i] > gained[best] ? i : best;
    }
    gained[best] -= total;
    return choices.get(best);
  }

  void clear() {
    gains.clear();
  }
}
