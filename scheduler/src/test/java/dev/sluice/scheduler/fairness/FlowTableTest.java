// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.fairness;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A caller who makes every request a flow of its own gains no memory by it. */
class FlowTableTest {
  private static final long SEED = Long.getLong("sluice.seed", 20_261_130L);
  private static final int FLOWS = 1_000_000;
  private static final int WAITING = 1_000;

  private static final class Request extends Entry {
    Request(int number, long service) {
      super("flow" + number, new Size(service, service, 100), 0, number);
      place(0, 1, 0);
    }
  }

  @Test
  void aMillionFlowsTakeTheMemoryOfThoseThatWaitAndAFixedNumberMore() {
    System.out.println("FlowTableTest: seed " + SEED);
    SplittableRandom random = new SplittableRandom(SEED);
    LaneQueue lane = new LaneQueue();
    long[] nanos = new long[FLOWS];
    int most = 0;
    for (int i = 0; i < FLOWS; i++) {
      Request request = new Request(i, random.nextLong(1, 5_000));
      long began = System.nanoTime();
      lane.add(request);
      if (lane.size() > WAITING) {
        Entry next = lane.next(0);
        assertThat(next).isNotNull();
        lane.serve(next);
      }
      nanos[i] = System.nanoTime() - began;
      most = Math.max(most, lane.knownFlows());
    }
    Arrays.sort(nanos);
    double p99 = nanos[FLOWS / 100 * 99] / 1_000.0;
    int bound = WAITING + 1 + LaneQueue.MAX_REMEMBERED;
    System.out.printf("figure: flows known after 1000000 distinct ones, 1000 waiting | %d | <= %d | %s | FlowTableTest%n", most, bound, most <= bound ? "pass" : "short");
    System.out.printf("figure: enter and dispatch among 1000000 distinct flows, p99 | %.1f us | <= 100 us | %s | FlowTableTest%n", p99, p99 <= 100 ? "pass" : "short");
    assertThat(most).isLessThanOrEqualTo(bound);
    for (Entry next = lane.next(0); next != null; next = lane.next(0)) {
      lane.serve(next);
    }
    assertThat(lane.knownFlows()).isZero();
  }
}
