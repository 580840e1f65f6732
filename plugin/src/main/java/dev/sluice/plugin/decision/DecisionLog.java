// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.decision;

import dev.sluice.scheduler.DecisionRecord;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
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

  /** Takes a decision in. */
  public void add(DecisionRecord record) {
    TimedDecision decision = new TimedDecision(numbers.incrementAndGet(), wall.instant(), record);
    ring.set((int) (decision.number() % ring.length()), decision);
    file.ifPresent(open -> open.write(decision));
  }

  /**
   * The latest decisions, the last one first.
   *
   * @param most at least 0
   * @param flow if given, only those of this flow
   */
  public List<TimedDecision> latest(int most, Optional<String> flow) {
    List<TimedDecision> latest = new ArrayList<>();
    long last = numbers.get();
    for (long number = last; number > Math.max(0, last - ring.length()) && latest.size() < most; number--) {
      TimedDecision decision = ring.get((int) (number % ring.length()));
      if (decision != null && decision.number() == number && flow.filter(name -> !name.equals(decision.record().flow())).isEmpty()) {
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
