// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace.outbox;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.sluice.routing.marketplace.UsageReport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was bought and is not reported yet. Thread-safe; entering never blocks on the disk, to which {@link JournalWriter} brings it on a
 * thread of its own.
 */
public final class Outbox implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Outbox.class);
  private static final Duration TOGETHER = Duration.ofMillis(50);
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);
  private static final Duration ADOPTION = Duration.ofMinutes(1);
  private static final Duration LAST_WRITE = Duration.ofMillis(500);

  private final int capacity;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  @GuardedBy("lock")
  private final Map<String, UsageReport> open = new LinkedHashMap<>();

  /** In the order in which they are reported; those not on disk yet are in {@link #unwritten} too. */
  @GuardedBy("lock")
  private final Map<String, UsageReport> due = new LinkedHashMap<>();

  @GuardedBy("lock")
  private List<Entry> unwritten = new ArrayList<>();

  @GuardedBy("lock")
  private boolean writing;

  @GuardedBy("lock")
  private boolean failing;

  @GuardedBy("lock")
  private boolean closing;

  /**
   * An outbox over {@code journal}, which first takes over what ended processes left behind.
   *
   * @param capacity purchases under way and reports due, together
   */
  Outbox(Journal journal, int capacity) {
    this.capacity = capacity;
    Thread.ofPlatform().name("sluice-outbox").daemon(true).start(new JournalWriter(this, journal));
  }

  /**
   * An outbox in a folder that several processes may share.
   *
   * @param name unique among processes
   */
  public static Outbox in(Path folder, String name, int capacity) {
    return new Outbox(new Journal(folder, name), capacity);
  }

  /** Whether another purchase may be entered: there is room, and the disk takes it. */
  public boolean room() {
    lock.lock();
    try {
      return !failing && !closing && open.size() + due.size() < capacity;
    } finally {
      lock.unlock();
    }
  }

  /** Enters a purchase whose request is about to leave. */
  public void opened(UsageReport ifLost) {
    lock.lock();
    try {
      open.put(ifLost.requestId(), ifLost);
      enterLocked(new Entry.Opened(ifLost));
    } finally {
      lock.unlock();
    }
  }

  /** Enters what an open purchase came to; later ends of it are ignored. */
  public void used(UsageReport report) {
    lock.lock();
    try {
      if (open.remove(report.requestId()) != null) {
        due.put(report.requestId(), report);
        enterLocked(new Entry.Used(report));
      }
    } finally {
      lock.unlock();
    }
  }

  /** Strikes off a purchase: its request never left, or its report was delivered. */
  public void done(String requestId) {
    lock.lock();
    try {
      boolean wasOpen = open.remove(requestId) != null;
      boolean wasDue = due.remove(requestId) != null;
      if (wasOpen || wasDue) {
        enterLocked(new Entry.Done(requestId));
      }
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void enterLocked(Entry entry) {
    unwritten.add(entry);
    changed.signalAll();
  }

  /** The next report that is on disk, after waiting for one at most so long. */
  Optional<UsageReport> next(Duration wait) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = wait.toNanos();
      while (left > 0 && !closing && (due.isEmpty() || writing || !unwritten.isEmpty())) {
        left = changed.awaitNanos(left);
      }
      boolean ready = !due.isEmpty() && !writing && unwritten.isEmpty() && !closing;
      return ready ? Optional.of(due.values().iterator().next()) : Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  /** Moves a report behind all others, so that one that is not taken does not keep back the rest. */
  void later(String requestId) {
    lock.lock();
    try {
      UsageReport report = due.remove(requestId);
      if (report != null) {
        due.put(requestId, report);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Reports that are not delivered. */
  public int due() {
    lock.lock();
    try {
      return due.size();
    } finally {
      lock.unlock();
    }
  }

  /** Purchases whose end is not known. */
  public int open() {
    lock.lock();
    try {
      return open.size();
    } finally {
      lock.unlock();
    }
  }

  /** Whether it has ended; what is waited for will not come. */
  boolean closed() {
    lock.lock();
    try {
      return closing;
    } finally {
      lock.unlock();
    }
  }

  /** Whether it is closed and no purchase is under way that could still end here. */
  boolean over() {
    lock.lock();
    try {
      return overLocked();
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private boolean overLocked() {
    return closing && open.isEmpty() && unwritten.isEmpty();
  }

  /** What there is to write, a little time after the first of it came; nothing when it is time to look for left files, or to end. */
  List<Entry> batch() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = ADOPTION.toNanos();
      while (unwritten.isEmpty() && !overLocked() && left > 0) {
        left = changed.awaitNanos(left);
      }
      long together = TOGETHER.toNanos();
      while (!unwritten.isEmpty() && !closing && together > 0) {
        together = changed.awaitNanos(together);
      }
      List<Entry> batch = unwritten;
      unwritten = new ArrayList<>();
      writing = !batch.isEmpty();
      return batch;
    } finally {
      lock.unlock();
    }
  }

  /** The last batch is on disk. */
  void written() {
    lock.lock();
    try {
      writing = false;
      failing = false;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The last batch is not on disk and comes again; no purchase is to be entered before it is. */
  void notWritten(List<Entry> batch) {
    lock.lock();
    try {
      writing = false;
      failing = true;
      batch.addAll(unwritten);
      unwritten = batch;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Whether the disk did not take the last batch. */
  boolean failing() {
    lock.lock();
    try {
      return failing;
    } finally {
      lock.unlock();
    }
  }

  /** All that counts still. */
  List<Entry> live() {
    lock.lock();
    try {
      List<Entry> live = new ArrayList<>();
      open.values().forEach(report -> live.add(new Entry.Opened(report)));
      due.values().forEach(report -> live.add(new Entry.Used(report)));
      return live;
    } finally {
      lock.unlock();
    }
  }

  /** Waits a little, unless the outbox closes. */
  void pauseAfterFailure() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = AFTER_FAILURE.toNanos();
      while (left > 0 && !closing) {
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Takes over reports that are on disk already. */
  void adopted(List<UsageReport> reports) {
    lock.lock();
    try {
      reports.forEach(report -> due.putIfAbsent(report.requestId(), report));
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes no further purchase, and waits until what is entered is on disk. Purchases under way still end here; whatever is left when the process
   * ends is for another one.
   */
  @Override
  public void close() {
    lock.lock();
    try {
      closing = true;
      changed.signalAll();
      long left = LAST_WRITE.toNanos();
      while (left > 0 && !failing && (writing || !unwritten.isEmpty())) {
        left = changed.awaitNanos(left);
      }
      if (writing || !unwritten.isEmpty()) {
        log.warn("marketplace usage was not written in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }
}
