// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.replay;

import dev.sluice.scheduler.Alarm;
import dev.sluice.scheduler.Ticker;
import java.util.PriorityQueue;

/**
 * A clock that jumps from event to event. Not thread-safe.
 *
 * <p>Events of one instant run in the order in which they were set, so a replay is deterministic.
 */
public final class VirtualTime implements Ticker, Alarm.Factory {
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private long nowNanos;
  private long nextRank;

  private record Event(long atNanos, long rank, Runnable task) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      return atNanos == other.atNanos ? Long.compare(rank, other.rank) : Long.compare(atNanos, other.atNanos);
    }
  }

  @Override
  public long read() {
    return nowNanos;
  }

  /** Runs {@code task} at an instant, or now if that is past. */
  public void at(long atNanos, Runnable task) {
    events.add(new Event(Math.max(nowNanos, atNanos), nextRank++, task));
  }

  /** Runs every event up to and including {@code untilNanos}; those of that very instant only if {@code inclusive}. */
  void runUntil(long untilNanos, boolean inclusive) {
    for (Event next = events.peek(); next != null; next = events.peek()) {
      if (next.atNanos > untilNanos || (next.atNanos == untilNanos && !inclusive)) {
        break;
      }
      events.remove();
      nowNanos = next.atNanos;
      next.task.run();
    }
    nowNanos = Math.max(nowNanos, untilNanos);
  }

  /** Runs until nothing is left to happen. */
  void runOut() {
    for (Event next = events.poll(); next != null; next = events.poll()) {
      nowNanos = next.atNanos;
      next.task.run();
    }
  }

  @Override
  public Alarm create(Runnable task) {
    return new Pending(task);
  }

  /** An alarm that ignores events of settings that were replaced. */
  private final class Pending implements Alarm {
    private final Runnable task;
    private long setting;

    private Pending(Runnable task) {
      this.task = task;
    }

    @Override
    public void set(long atNanos) {
      long mine = ++setting;
      at(atNanos, () -> {
        if (setting == mine) {
          task.run();
        }
      });
    }

    @Override
    public void clear() {
      setting++;
    }
  }
}
