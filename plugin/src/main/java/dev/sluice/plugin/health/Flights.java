// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.health;

import dev.sluice.scheduler.Lease;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.function.Predicate;

/** Requests on their way, and which of them is overdue next. Not thread-safe; confined to {@link HealthBook}'s lock. */
final class Flights {
  private record Due(long atNanos, Lease lease) {}

  /** A request on its way. */
  static final class Flight {
    private final HealthBook.Pair pair;
    private final AccountHealth.Sent sent;
    private boolean overdue;

    private Flight(HealthBook.Pair pair, AccountHealth.Sent sent) {
      this.pair = pair;
      this.sent = sent;
    }

    HealthBook.Pair pair() {
      return pair;
    }

    AccountHealth.Sent sent() {
      return sent;
    }

    boolean isOverdue() {
      return overdue;
    }
  }

  private final Map<Lease, Flight> open = new HashMap<>();

  /** Those that ended stay until their time has come or nothing is before them. */
  private final PriorityQueue<Due> due = new PriorityQueue<>(Comparator.comparingLong(Due::atNanos));

  /** Enters a request; says whether it is the next to be overdue. */
  boolean add(Lease lease, HealthBook.Pair pair, AccountHealth.Sent sent, OptionalLong dueAtNanos) {
    open.put(lease, new Flight(pair, sent));
    if (dueAtNanos.isEmpty()) {
      return false;
    }
    Due entry = new Due(dueAtNanos.getAsLong(), lease);
    due.add(entry);
    return due.element().equals(entry);
  }

  Optional<Flight> remove(Lease lease) {
    return Optional.ofNullable(open.remove(lease));
  }

  void removeIf(Predicate<HealthBook.Pair> of) {
    open.values().removeIf(flight -> of.test(flight.pair));
  }

  void clear() {
    open.clear();
    due.clear();
  }

  /** The next request that is overdue by now and was not before. */
  Optional<Flight> nextOverdue(long nowNanos) {
    OptionalLong next = nextDueAtNanos();
    if (next.isEmpty() || nowNanos - next.getAsLong() < 0) {
      return Optional.empty();
    }
    Flight flight = open.get(due.remove().lease());
    if (flight != null) {
      flight.overdue = true;
    }
    return Optional.ofNullable(flight);
  }

  /** When the next request will be overdue. */
  OptionalLong nextDueAtNanos() {
    Due next = due.peek();
    while (next != null && !open.containsKey(next.lease())) {
      due.remove();
      next = due.peek();
    }
    return next == null ? OptionalLong.empty() : OptionalLong.of(next.atNanos());
  }
}
