// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.quota;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The end of a reservation, as Redis is to be told of it. Immutable.
 *
 * @param estimate what the reservation held in Redis; nothing if it was made without
 * @param generation of Redis's data in which it was made
 */
record SharedEnd(String id, List<SharedLine> lines, QuotaCost actual, QuotaCost estimate, String generation) {
  /** The same reservation with another use. */
  SharedEnd with(QuotaCost use) {
    return new SharedEnd(id, lines, use, estimate, generation);
  }

  /** Ends that wait for Redis, the oldest first; beyond the bound the oldest are dropped. Thread-safe. */
  static final class Queue {
    private final int bound;
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private final ArrayDeque<SharedEnd> ends = new ArrayDeque<>();

    Queue(int bound) {
      this.bound = bound;
    }

    /** Takes an end in; false if the oldest had to go for it. */
    boolean add(SharedEnd end) {
      lock.lock();
      try {
        boolean room = ends.size() < bound;
        if (!room) {
          ends.removeFirst();
        }
        ends.addLast(end);
        return room;
      } finally {
        lock.unlock();
      }
    }

    boolean isEmpty() {
      lock.lock();
      try {
        return ends.isEmpty();
      } finally {
        lock.unlock();
      }
    }

    Optional<SharedEnd> poll() {
      lock.lock();
      try {
        return Optional.ofNullable(ends.pollFirst());
      } finally {
        lock.unlock();
      }
    }

    /** Puts an end back that could not be told. */
    void giveBack(SharedEnd end) {
      lock.lock();
      try {
        ends.addFirst(end);
      } finally {
        lock.unlock();
      }
    }
  }
}
