// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.usage;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes usage rows in batches on a virtual thread of its own. Thread-safe; {@link #add} never blocks on the database. */
public final class UsageWriter implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(UsageWriter.class);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);

  /**
   * Bounds. Immutable.
   *
   * @param queue rows that wait at most; beyond it the oldest are dropped
   * @param batch rows in one transaction
   * @param interval longest time a row waits for others while the database answers
   * @param lastFlush how long {@link #close} tries to write what is left
   */
  public record Bounds(int queue, int batch, Duration interval, Duration lastFlush) {
    public static final Bounds DEFAULT = new Bounds(100_000, 500, Duration.ofSeconds(1), Duration.ofMillis(300));

    public Bounds {
      if (queue < 1 || batch < 1) {
        throw new IllegalArgumentException((queue < 1 ? "queue: " + queue : "batch: " + batch) + " (expected: >= 1)");
      }
    }
  }

  private final DataSource database;
  private final InstantSource wall;
  private final Bounds bounds;
  private final UsageListener listener;
  private final Thread thread;
  private Optional<YearMonth> partitioned = Optional.empty();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  @GuardedBy("lock")
  private final ArrayDeque<UsageRow> waiting = new ArrayDeque<>();

  @GuardedBy("lock")
  private boolean closing;

  /** A running writer to {@code database}. */
  public UsageWriter(DataSource database, InstantSource wall, Bounds bounds, UsageListener listener) {
    this.database = database;
    this.wall = wall;
    this.bounds = bounds;
    this.listener = listener;
    this.thread = Thread.ofVirtual().name("sluice-usage").unstarted(this::run);
    thread.start();
  }

  /** Takes a row in; it is written within the interval while the database answers. */
  public void add(UsageRow row) {
    boolean dropped = false;
    lock.lock();
    try {
      if (waiting.size() >= bounds.queue()) {
        waiting.removeFirst();
        dropped = true;
      }
      waiting.addLast(row);
      if (waiting.size() == bounds.batch() || waiting.size() == 1) {
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
    if (dropped) {
      listener.dropped();
    }
  }

  /** Rows that are not written yet. */
  public int waiting() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    Duration pause = FIRST_PAUSE;
    try {
      while (true) {
        List<UsageRow> batch = next();
        if (batch.isEmpty()) {
          return;
        }
        if (written(batch)) {
          pause = FIRST_PAUSE;
        } else {
          giveBack(batch);
          listener.failed();
          if (!pausedUnlessClosing(pause)) {
            return;
          }
          pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause.multipliedBy(2);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The next rows to write, once there are enough or the first has waited long enough; none when all is written and the writer closes. */
  private List<UsageRow> next() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (waiting.isEmpty() && !closing) {
        changed.await();
      }
      long left = bounds.interval().toNanos();
      while (left > 0 && waiting.size() < bounds.batch() && !closing) {
        left = changed.awaitNanos(left);
      }
      List<UsageRow> batch = new ArrayList<>(Math.min(waiting.size(), bounds.batch()));
      while (batch.size() < bounds.batch() && !waiting.isEmpty()) {
        batch.add(waiting.removeFirst());
      }
      return batch;
    } finally {
      lock.unlock();
    }
  }

  /** Puts a batch back before the rows that came since; the oldest beyond the bound are dropped. */
  private void giveBack(List<UsageRow> batch) {
    int dropped = 0;
    lock.lock();
    try {
      for (int i = batch.size() - 1; i >= 0; i--) {
        if (waiting.size() < bounds.queue()) {
          waiting.addFirst(batch.get(i));
        } else {
          dropped++;
        }
      }
    } finally {
      lock.unlock();
    }
    for (int i = 0; i < dropped; i++) {
      listener.dropped();
    }
  }

  private boolean pausedUnlessClosing(Duration pause) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = pause.toNanos();
      while (left > 0 && !closing) {
        left = changed.awaitNanos(left);
      }
      return !closing;
    } finally {
      lock.unlock();
    }
  }

  private boolean written(List<UsageRow> batch) {
    try (Connection connection = database.getConnection()) {
      preparePartitions(connection);
      try {
        UsageTable.write(connection, batch);
        listener.written(batch.size());
      } catch (SQLException e) {
        if (!refused(e)) {
          throw e;
        }
        oneByOne(connection, batch);
      }
      return true;
    } catch (SQLException e) {
      // The statement's text may hold a row's values; the state tells enough.
      log.debug("usage not written sqlstate={}", e.getSQLState());
      return false;
    }
  }

  /** Writes what can be written of a batch that holds a row the database refuses for good. */
  private void oneByOne(Connection connection, List<UsageRow> batch) throws SQLException {
    for (UsageRow row : batch) {
      try {
        UsageTable.write(connection, List.of(row));
        listener.written(1);
      } catch (SQLException e) {
        if (!refused(e)) {
          throw e;
        }
        listener.dropped();
      }
    }
  }

  /** Whether a row itself is at fault: data that the table cannot hold. */
  private static boolean refused(SQLException failure) {
    String state = failure.getSQLState();
    return state != null && (state.startsWith("22") || state.startsWith("23"));
  }

  private void preparePartitions(Connection connection) {
    Instant now = wall.instant();
    YearMonth month = YearMonth.from(now.atZone(ZoneOffset.UTC));
    if (partitioned.filter(month::equals).isPresent()) {
      return;
    }
    try {
      UsageTable.partitions(connection, now);
      partitioned = Optional.of(month);
    } catch (SQLException e) {
      // Rows then go to the partition for everything else; another process may also have made the same one at this moment.
      log.warn("partitions of the table usage not made sqlstate={}", e.getSQLState());
      partitioned = e.getSQLState() != null && e.getSQLState().startsWith("08") ? Optional.empty() : Optional.of(month);
    }
  }

  /** Writes what is left, as far as that succeeds in time, and ends. */
  @Override
  public void close() {
    lock.lock();
    try {
      closing = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    try {
      if (!thread.join(bounds.lastFlush())) {
        thread.interrupt();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    int left = waiting();
    if (left > 0) {
      log.warn("usage rows lost at the end rows={}", left);
    }
  }
}
