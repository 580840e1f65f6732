// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.baseline;

import dev.sluice.plugin.bench.replay.Stage;
import java.util.OptionalInt;
import java.util.PriorityQueue;
import java.util.function.IntPredicate;
import java.util.function.IntToDoubleFunction;

/** One queue in the order of a number, least first, then of arrival. Not thread-safe. */
final class RankedSeats extends Seats {
  private final PriorityQueue<Ranked> queue = new PriorityQueue<>();
  private final IntToDoubleFunction rank;
  private final IntPredicate admits;
  private long arrivals;

  private record Ranked(double rank, long arrival, int id) implements Comparable<Ranked> {
    @Override
    public int compareTo(Ranked other) {
      int byRank = Double.compare(rank, other.rank);
      return byRank == 0 ? Long.compare(arrival, other.arrival) : byRank;
    }
  }

  RankedSeats(Stage stage, boolean dropsLate, IntToDoubleFunction rank, IntPredicate admits) {
    super(stage, dropsLate);
    this.rank = rank;
    this.admits = admits;
  }

  /** First come first served in a queue half as long as there are slots. */
  static RankedSeats bounded(Stage stage) {
    RankedSeats[] self = new RankedSeats[1];
    self[0] = new RankedSeats(stage, false, id -> 0, id -> self[0].queue.size() < stage.slots() / 2.0);
    return self[0];
  }

  @Override
  protected boolean admits(int id) {
    return admits.test(id);
  }

  @Override
  protected void add(int id) {
    queue.add(new Ranked(rank.applyAsDouble(id), arrivals++, id));
  }

  @Override
  protected OptionalInt next() {
    while (!isFull() && !queue.isEmpty()) {
      int id = queue.remove().id;
      if (isAlive(id)) {
        return OptionalInt.of(id);
      }
    }
    return OptionalInt.empty();
  }
}
