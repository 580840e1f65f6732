// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.bound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.plugin.bench.replay.LaneGoal;
import dev.sluice.plugin.bench.replay.ServiceModel;
import dev.sluice.plugin.bench.trace.Trace;
import dev.sluice.plugin.bench.trace.TraceRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The bound against trying every division of small traces, in units of five seconds. */
class HindsightBoundTest {
  private static final long BIN = 5_000_000_000L;

  /** An output token takes a bin, a prompt nothing. */
  private static final ServiceModel SERVICE = new ServiceModel(1e12, BIN);

  private static final List<LaneGoal> GOALS = List.of(new LaneGoal("a", 7, 0), new LaneGoal("b", 3, BIN), new LaneGoal("c", 2, 2 * BIN));

  @Test
  void isTheBestOfAllDivisionsOfSmallTraces() {
    SplittableRandom random = new SplittableRandom(11);
    int bounded = 0;
    for (int round = 0; round < 300; round++) {
      List<TraceRequest> requests = new ArrayList<>();
      int count = random.nextInt(2, 6);
      for (int i = 0; i < count; i++) {
        long out = random.nextInt(1, 3);
        requests.add(new TraceRequest(i == 0 ? 0 : random.nextInt(3) * BIN, "t", random.nextInt(3), 0, out, out));
      }
      Trace trace = new Trace("small", "", requests);
      double offered = trace.requests().stream().mapToDouble(request -> GOALS.get(request.lane()).weight()).sum();
      double best = best(trace.requests(), 0, new int[12]) / offered;
      assertThat(HindsightBound.of(trace, SERVICE, GOALS, 1)).as("round %s: %s", round, requests).isCloseTo(best, within(1e-9));
      bounded += best < 1 ? 1 : 0;
    }
    assertThat(bounded).as("rounds in which capacity was short").isGreaterThan(100);
  }

  /** Each request takes any set of free bins of its window, at most its size; worth by the part served. */
  private static double best(List<TraceRequest> requests, int from, int[] used) {
    if (from == requests.size()) {
      return 0;
    }
    TraceRequest request = requests.get(from);
    LaneGoal goal = GOALS.get(request.lane());
    int first = (int) (request.arrivalNanos() / BIN);
    int window = (int) (goal.maxWaitNanos() / BIN + request.outputTokens());
    double best = 0;
    for (int set = 0; set < 1 << window; set++) {
      boolean free = Integer.bitCount(set) <= request.outputTokens();
      for (int k = 0; k < window && free; k++) {
        free = (set >> k & 1) == 0 || used[first + k] == 0;
      }
      if (free) {
        mark(used, first, set, 1);
        double worth = goal.weight() * Integer.bitCount(set) / (double) request.outputTokens();
        best = Math.max(best, worth + best(requests, from + 1, used));
        mark(used, first, set, -1);
      }
    }
    return best;
  }

  private static void mark(int[] used, int first, int set, int by) {
    for (int k = 0; k < 12 - first; k++) {
      used[first + k] += (set >> k & 1) * by;
    }
  }

  @Test
  void givesEveryoneTheirWorthWhereCapacityIsAmple() {
    Trace trace = new Trace("two", "", List.of(new TraceRequest(0, "t", 0, 0, 1, 1), new TraceRequest(0, "t", 1, 0, 2, 2)));
    assertThat(HindsightBound.of(trace, SERVICE, GOALS, 2)).isEqualTo(1);
  }
}
