// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.baseline;

import dev.sluice.plugin.bench.replay.Stage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalInt;

/** Every lane has seats of its own and no others. Not thread-safe. */
final class StaticSeats extends Seats {
  private final List<Deque<Integer>> queues = new ArrayList<>();
  private final int[] own;

  /** Lanes with so many seats each. */
  StaticSeats(Stage stage, int[] own) {
    super(stage, false);
    this.own = own.clone();
    for (int lane = 0; lane < own.length; lane++) {
      queues.add(new ArrayDeque<>());
    }
  }

  /** Seats by given parts of all. */
  static StaticSeats byShare(Stage stage, double[] shares) {
    int[] own = new int[stage.goals().size()];
    for (int lane = 0; lane < own.length; lane++) {
      own[lane] = Math.max(1, (int) (stage.slots() * shares[lane]));
    }
    return new StaticSeats(stage, own);
  }

  /** Seats in proportion to each lane's true work. */
  static StaticSeats byDemand(Stage stage) {
    double[] work = new double[stage.goals().size()];
    double sum = 0;
    for (int id = 0; id < stage.size(); id++) {
      work[stage.request(id).lane()] += stage.slotNanos(id);
      sum += stage.slotNanos(id);
    }
    int[] own = new int[work.length];
    for (int lane = 0; lane < own.length; lane++) {
      own[lane] = Math.max(1, (int) Math.rint(stage.slots() * work[lane] / Math.max(1, sum)));
    }
    return new StaticSeats(stage, own);
  }

  @Override
  protected void add(int id) {
    queues.get(lane(id)).add(id);
  }

  @Override
  protected OptionalInt next() {
    for (int lane = 0; lane < own.length; lane++) {
      Deque<Integer> queue = queues.get(lane);
      while (busyIn(lane) < own[lane] && !queue.isEmpty()) {
        int id = queue.remove();
        if (isAlive(id)) {
          return OptionalInt.of(id);
        }
      }
    }
    return OptionalInt.empty();
  }
}
