// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.baseline;

import dev.sluice.plugin.bench.trace.TraceRequest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;

/**
 * The virtual token counter of Sheng et al. (OSDI 2024): the backlogged tenant with the least weighted tokens goes next; who comes back
 * is lifted to the least of the others; input is charged at the start, output twice over when it is known. Not thread-safe.
 */
final class ServiceCounters {
  private static final double OUTPUT_WEIGHT = 2;

  private final Map<String, Deque<Integer>> queues = new LinkedHashMap<>();
  private final Map<String, Double> counters = new HashMap<>();
  private final IntFunction<TraceRequest> requests;
  private double last;

  ServiceCounters(IntFunction<TraceRequest> requests) {
    this.requests = requests;
  }

  void add(int id) {
    String tenant = requests.apply(id).tenant();
    Deque<Integer> queue = queues.computeIfAbsent(tenant, name -> new ArrayDeque<>());
    if (queue.isEmpty()) {
      double level = queues.entrySet().stream()
          .filter(entry -> !entry.getValue().isEmpty())
          .mapToDouble(entry -> counters.getOrDefault(entry.getKey(), 0.0))
          .min()
          .orElse(last);
      counters.merge(tenant, level, Math::max);
    }
    queue.add(id);
  }

  /** The next request that {@code alive} accepts; those it does not are let go. */
  OptionalInt take(IntPredicate alive) {
    while (true) {
      String least = null;
      double value = 0;
      for (Map.Entry<String, Deque<Integer>> entry : queues.entrySet()) {
        double counter = counters.getOrDefault(entry.getKey(), 0.0);
        if (!entry.getValue().isEmpty() && (least == null || counter < value)) {
          least = entry.getKey();
          value = counter;
        }
      }
      Deque<Integer> queue = least == null ? null : queues.get(least);
      if (least == null || queue == null) {
        return OptionalInt.empty();
      }
      int id = queue.remove();
      if (alive.test(id)) {
        last = value;
        counters.put(least, value + requests.apply(id).inputTokens());
        return OptionalInt.of(id);
      }
    }
  }

  void settled(int id) {
    counters.merge(requests.apply(id).tenant(), OUTPUT_WEIGHT * requests.apply(id).outputTokens(), Double::sum);
  }
}
