// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.bound;

import dev.sluice.plugin.bench.replay.LaneGoal;
import dev.sluice.plugin.bench.replay.ServiceModel;
import dev.sluice.plugin.bench.trace.Trace;
import dev.sluice.plugin.bench.trace.TraceRequest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;

/** What no policy can exceed on a trace: the best weighted goodput in hindsight, with requests divisible. Not thread-safe; used once. */
public final class HindsightBound {
  /*
   * A transportation problem: request i sends at most its slot time s_i to the bins of its window [a, a + wait + s], to each at most
   * the time they overlap (one slot at a time), and a bin takes slots x 5 s. Worth w_i / s_i per unit that a request sends. The
   * amounts that can be sent together form a polymatroid, so serving requests by worth per unit, each as much as still fits
   * beside what the earlier ones send, is optimal (Edmonds 1970); amounts never shrink, only their places change.
   *
   * "As much as still fits" is a search for augmenting paths over the bins: from a full bin, work of any request there may move to
   * another bin of that request's window. Bins from which no path leads to room never get one again: a path out of them would have to
   * start with room that is not there, and no later path passes through them. They are closed and skipped, so every failing search is
   * paid for by what it closes. Amounts are whole nanoseconds, so the result is exact.
   */
  private static final long BIN_NANOS = 5_000_000_000L;

  /** Stands for the request itself as the beginning of a path. */
  private static final int SOURCE = Integer.MIN_VALUE;

  private final int slots;
  private final long[] room;
  private final boolean[] closed;
  private final List<List<Load>> loads = new ArrayList<>();
  private final long[] cameBy;
  private final Load[] via;
  private final int[] from;

  /** A request's work, by bin of its window. */
  private static final class Load {
    final int firstBin;
    final long[] placed;
    final long[] limit;

    Load(int firstBin, long[] limit) {
      this.firstBin = firstBin;
      this.limit = limit;
      this.placed = new long[limit.length];
    }

    long left(int bin) {
      int place = bin - firstBin;
      return place < 0 || place >= limit.length ? 0 : limit[place] - placed[place];
    }
  }

  private HindsightBound(int slots, int bins) {
    this.slots = slots;
    this.room = new long[bins];
    this.closed = new boolean[bins];
    this.cameBy = new long[bins];
    this.via = new Load[bins];
    this.from = new int[bins];
    Arrays.fill(room, slots * BIN_NANOS);
    for (int bin = 0; bin < bins; bin++) {
      loads.add(new ArrayList<>());
    }
  }

  /** Worth served of worth offered, 0..1; 1 for a trace without worth. */
  public static double of(Trace trace, ServiceModel service, List<LaneGoal> goals, int slots) {
    long[] windows = new long[trace.requests().size()];
    long end = 0;
    double offered = 0;
    for (int id = 0; id < windows.length; id++) {
      TraceRequest request = trace.requests().get(id);
      windows[id] = goals.get(request.lane()).maxWaitNanos() + service.nanos(request);
      end = Math.max(end, request.arrivalNanos() + windows[id]);
      offered += goals.get(request.lane()).weight();
    }
    HindsightBound bound = new HindsightBound(slots, Math.toIntExact(end / BIN_NANOS + 1));
    double served = 0;
    for (int id : byWorth(trace, service, goals)) {
      TraceRequest request = trace.requests().get(id);
      long size = service.nanos(request);
      double part = size == 0 ? 1 : bound.send(request.arrivalNanos(), windows[id], size) / (double) size;
      served += goals.get(request.lane()).weight() * part;
    }
    return offered == 0 ? 1 : served / offered;
  }

  private static int[] byWorth(Trace trace, ServiceModel service, List<LaneGoal> goals) {
    return IntStream.range(0, trace.requests().size())
        .boxed()
        .sorted(Comparator.comparingDouble(id -> service.nanos(trace.requests().get(id)) / (double) goals.get(trace.requests().get(id).lane()).weight()))
        .mapToInt(id -> id)
        .toArray();
  }

  /** Sends as much of {@code size} as fits into the window and returns it. */
  private long send(long arrival, long window, long size) {
    int first = (int) (arrival / BIN_NANOS);
    int last = (int) ((arrival + window) / BIN_NANOS);
    long[] limit = new long[last - first + 1];
    for (int bin = first; bin <= last; bin++) {
      limit[bin - first] = Math.min(arrival + window, (bin + 1) * BIN_NANOS) - Math.max(arrival, bin * BIN_NANOS);
    }
    Load load = new Load(first, limit);
    long sent = 0;
    for (long step = augment(load, size); step > 0; step = sent < size ? augment(load, size - sent) : 0) {
      sent += step;
    }
    for (int bin = first; bin <= last; bin++) {
      if (sent > 0 && slots > 0) {
        loads.get(bin).add(load);
      }
    }
    return sent;
  }

  /** Finds one path from the request to room, breadth first, and sends along it; returns the amount, 0 if there is no path. */
  private long augment(Load load, long wanted) {
    Arrays.fill(cameBy, 0);
    Deque<Integer> open = new ArrayDeque<>();
    List<Integer> reached = new ArrayList<>();
    for (int bin = load.firstBin; bin < load.firstBin + load.limit.length; bin++) {
      if (!closed[bin] && load.left(bin) > 0) {
        cameBy[bin] = Math.min(wanted, load.left(bin));
        via[bin] = load;
        from[bin] = SOURCE;
        open.add(bin);
        reached.add(bin);
      }
    }
    while (!open.isEmpty()) {
      int bin = open.remove();
      if (room[bin] > 0) {
        return push(bin, Math.min(cameBy[bin], room[bin]));
      }
      for (Load other : loads.get(bin)) {
        expand(other, bin, open, reached);
      }
    }
    reached.forEach(bin -> closed[bin] = true);
    return 0;
  }

  /** Goes on from a full bin to where work of {@code other} there could move. */
  private void expand(Load other, int bin, Deque<Integer> open, List<Integer> reached) {
    long movable = other.placed[bin - other.firstBin];
    if (movable == 0) {
      return;
    }
    for (int next = other.firstBin; next < other.firstBin + other.limit.length; next++) {
      if (!closed[next] && cameBy[next] == 0 && other.left(next) > 0) {
        cameBy[next] = Math.min(Math.min(cameBy[bin], movable), other.left(next));
        via[next] = other;
        from[next] = bin;
        open.add(next);
        reached.add(next);
      }
    }
  }

  /** Moves work along the path that ends at {@code bin}. */
  private long push(int bin, long amount) {
    room[bin] -= amount;
    int at = bin;
    while (at != SOURCE) {
      via[at].placed[at - via[at].firstBin] += amount;
      int previous = from[at];
      if (previous != SOURCE) {
        via[at].placed[previous - via[at].firstBin] -= amount;
      }
      at = previous;
    }
    return amount;
  }
}
