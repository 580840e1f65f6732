// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.sluice.routing.rule.Reloaded;
import dev.sluice.routing.rule.RuleTable;
import dev.sluice.routing.window.WindowTable;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes rules and time windows over from the database, after a change and from time to time. Thread-safe; blocks on the
 * database, so not for event loops. A fault is logged when it comes and when it goes, however often it is met.
 */
final class SenderTables {
  private static final Logger log = LoggerFactory.getLogger(SenderTables.class);

  private final Supplier<Reloaded> rules;
  private final Supplier<Reloaded> windows;
  private final Runnable windowsRead;
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final Map<String, Reloaded> last = new HashMap<>();

  /**
   * The tables of two readers.
   *
   * @param windowsRead applies the windows that were read
   */
  SenderTables(Supplier<Reloaded> rules, Supplier<Reloaded> windows, Runnable windowsRead) {
    this.rules = rules;
    this.windows = windows;
    this.windowsRead = windowsRead;
  }

  /**
   * The tables of {@code database}, read into {@code live}.
   *
   * @param levels how many priority levels there are
   */
  static SenderTables of(DataSource database, LiveSettings live, int levels) {
    return new SenderTables(new RuleTable(database, live.rules())::reload, new WindowTable(database, live.windows(), levels)::reload, live::refresh);
  }

  /** Reads both. */
  void reload() {
    rulesChanged();
    windowsChanged();
  }

  /** Reads the rules. */
  void rulesChanged() {
    lock.lock();
    try {
      note("routing_rules", rules.get());
    } finally {
      lock.unlock();
    }
  }

  /** Reads the time windows and puts in force what they come to. */
  void windowsChanged() {
    lock.lock();
    try {
      Reloaded outcome = windows.get();
      note("time_windows", outcome);
      if (outcome instanceof Reloaded.Done) {
        windowsRead.run();
      }
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void note(String table, Reloaded outcome) {
    if (outcome.equals(last.put(table, outcome))) {
      return;
    }
    switch (outcome) {
      case Reloaded.Done done -> log.info("table read name={} rows={}", table, done.rows());
      case Reloaded.Refused refused ->
          log.error("table not taken over, what was in force stays name={} row={} reason={}", table, refused.id(), refused.reason());
      case Reloaded.Failed failed -> log.warn("table not read, what was in force stays name={} cause={}", table, failed.cause());
    }
  }
}
