// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.bench;

import dev.sluice.plugin.bench.replay.LaneGoal;
import dev.sluice.plugin.bench.replay.Outcomes;
import dev.sluice.plugin.bench.replay.Perturbation.Resize;
import dev.sluice.plugin.bench.trace.TraceRequest;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** Compares a replay in which something went wrong with the same replay without. Immutable. */
final class Disturbed {
  private static final long SECOND = 1_000_000_000L;
  private static final long STEP_SECONDS = 5;
  private static final long WINDOW_SECONDS = 60;

  private Disturbed() {}

  /** Worth of requests that arrived between two instants and started in time, of all of them; 1 if nobody arrived. */
  static double goodput(Outcomes outcomes, long fromNanos, long untilNanos, Predicate<TraceRequest> wanted) {
    double good = 0;
    double all = 0;
    List<TraceRequest> requests = outcomes.trace().requests();
    for (int id = 0; id < requests.size(); id++) {
      TraceRequest request = requests.get(id);
      if (request.arrivalNanos() >= fromNanos && request.arrivalNanos() < untilNanos && wanted.test(request) && !outcomes.abandoned()[id]) {
        LaneGoal goal = outcomes.plan().goals().get(request.lane());
        all += goal.weight();
        good += outcomes.inTime(id) ? goal.weight() : 0;
      }
    }
    return all == 0 ? 1 : good / all;
  }

  /** Goodput of the whole replay. */
  static double goodput(Outcomes outcomes) {
    return goodput(outcomes, 0, Long.MAX_VALUE, request -> true);
  }

  /** Seconds from an instant until a minute's goodput is 0.99 of the undisturbed one's; infinite if it never is. */
  static double recovery(Outcomes disturbed, Outcomes undisturbed, long fromNanos) {
    long end = disturbed.trace().spanNanos() - WINDOW_SECONDS * SECOND;
    for (long at = fromNanos; at < end; at += STEP_SECONDS * SECOND) {
      long until = at + WINDOW_SECONDS * SECOND;
      if (goodput(disturbed, at, until, request -> true) >= 0.99 * goodput(undisturbed, at, until, request -> true)) {
        return (at - fromNanos) / (double) SECOND;
      }
    }
    return Double.POSITIVE_INFINITY;
  }

  /** How far a start ever took the provider beyond the slots that it had at that moment, in percent of its slots. */
  static double overAdmissionPercent(Outcomes outcomes) {
    List<TraceRequest> requests = outcomes.trace().requests();
    int[] order = IntStream.range(0, requests.size())
        .filter(outcomes::started)
        .boxed()
        .sorted(Comparator.comparingLong(id -> outcomes.startedNanos()[id]))
        .mapToInt(Integer::intValue)
        .toArray();
    PriorityQueue<Long> ends = new PriorityQueue<>();
    double worst = 0;
    for (int id : order) {
      long now = outcomes.startedNanos()[id];
      while (!ends.isEmpty() && ends.peek() <= now) {
        ends.remove();
      }
      ends.add(now + Math.max(1, outcomes.plan().service().nanos(requests.get(id))));
      double slots = slots(outcomes, now);
      worst = Math.max(worst, (ends.size() - slots) / outcomes.plan().slots());
    }
    return 100 * worst;
  }

  private static double slots(Outcomes outcomes, long atNanos) {
    double part = 1;
    for (Resize resize : outcomes.plan().perturbation().resizes()) {
      part = resize.atNanos() <= atNanos ? resize.part() : part;
    }
    return Math.rint(part * outcomes.plan().slots());
  }
}
