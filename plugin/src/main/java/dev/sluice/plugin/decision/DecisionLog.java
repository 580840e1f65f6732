// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.decision;

import dev.sluice.scheduler.DecisionRecord;
import dev.sluice.scheduler.Lease;
import dev.sluice.scheduler.LeaseEnd;
import dev.sluice.scheduler.TokenCost;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The latest decisions, in a ring of fixed size. Thread-safe; writers never wait for each other or for readers.
 *
 * <p>A reader that is overtaken by writers misses what they overwrote, and never sees a record twice.
 */
public final class DecisionLog implements AutoCloseable {
  private final AtomicReferenceArray<@Nullable TimedDecision> ring;
  private final AtomicLong numbers = new AtomicLong();
  private final InstantSource wall;
  private final Optional<DecisionFile> file;

  /** As many as there are requests in flight: every lease ends. */
  private final Map<Lease, TimedDecision> running = new ConcurrentHashMap<>();

  /**
   * An empty log.
   *
   * @param capacity decisions kept; at least 1
   * @param file where all of them go too; closed with the log
   */
  public DecisionLog(int capacity, InstantSource wall, Optional<DecisionFile> file) {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity: " + capacity + " (expected: >= 1)");
    }
    this.ring = new AtomicReferenceArray<>(capacity);
    this.wall = wall;
    this.file = file;
  }

  /**
   * Takes a decision in.
   *
   * @param lease what was granted, whose end {@link #ended} is told
   */
  public void add(DecisionRecord record, Optional<Lease> lease) {
    TimedDecision decision = new TimedDecision(numbers.incrementAndGet(), wall.instant(), record, Optional.empty());
    lease.ifPresent(granted -> running.put(granted, decision));
    ring.set(place(decision), decision);
    file.ifPresent(open -> open.write(decision));
  }

  /** Takes in how a lease ended; one whose decision is not known is ignored. */
  public void ended(Lease lease, LeaseEnd how, TokenCost used) {
    TimedDecision decision = running.remove(lease);
    if (decision != null) {
      TimedDecision ended = decision.ended(new TimedDecision.End(how, used));
      ring.compareAndSet(place(decision), decision, ended);
      file.ifPresent(open -> open.write(ended));
    }
  }

  private int place(TimedDecision decision) {
    return (int) (decision.number() % ring.length());
  }

  /**
   * The latest decisions, the last one first.
   *
   * @param most at least 0
   * @param before only decisions with smaller numbers
   * @param wanted which to take
   */
  public List<TimedDecision> latest(int most, long before, Predicate<TimedDecision> wanted) {
    List<TimedDecision> latest = new ArrayList<>();
    long newest = numbers.get();
    long last = Math.min(newest, before - 1);
    for (long number = last; number > Math.max(0, newest - ring.length()) && latest.size() < most; number--) {
      TimedDecision decision = ring.get((int) (number % ring.length()));
      if (decision != null && decision.number() == number && wanted.test(decision)) {
        latest.add(decision);
      }
    }
    return latest;
  }

  @Override
  public void close() {
    file.ifPresent(DecisionFile::close);
  }
}
