// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.baseline;

import dev.sluice.plugin.bench.replay.Stage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** The most important lane first, its tenants in turn, as llm-d's flow control does. Not thread-safe. */
final class RoundRobinSeats extends Seats {
  private final List<Map<String, Deque<Integer>>> queues = new ArrayList<>();

  /** Tenants with waiters, in turn. */
  private final List<Deque<String>> turns = new ArrayList<>();

  RoundRobinSeats(Stage stage) {
    super(stage, true);
    for (int lane = 0; lane < stage.goals().size(); lane++) {
      queues.add(new HashMap<>());
      turns.add(new ArrayDeque<>());
    }
  }

  @Override
  protected void add(int id) {
    String tenant = stage.request(id).tenant();
    Deque<Integer> queue = queues.get(lane(id)).computeIfAbsent(tenant, name -> new ArrayDeque<>());
    if (queue.isEmpty()) {
      turns.get(lane(id)).add(tenant);
    }
    queue.add(id);
  }

  @Override
  protected OptionalInt next() {
    for (int lane = 0; lane < turns.size(); lane++) {
      Deque<String> turn = turns.get(lane);
      while (!isFull() && !turn.isEmpty()) {
        String tenant = turn.remove();
        Deque<Integer> queue = queues.get(lane).getOrDefault(tenant, new ArrayDeque<>());
        int id = queue.remove();
        if (!queue.isEmpty()) {
          turn.add(tenant);
        }
        if (isAlive(id)) {
          return OptionalInt.of(id);
        }
      }
    }
    return OptionalInt.empty();
  }
}
