// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.window;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The plan of the moment: windows of the configuration, then those of the database, and a manual override. Thread-safe. Whoever
 * changes it tells who applies it; the book itself tells nobody.
 */
public final class WindowBook {
  private final ReentrantLock lock = new ReentrantLock();
  private volatile WindowPlan plan = WindowPlan.EMPTY;

  @GuardedBy("lock")
  private List<TimeWindow> configured = List.of();

  @GuardedBy("lock")
  private List<TimeWindow> stored = List.of();

  @GuardedBy("lock")
  private Optional<WindowEffects> override = Optional.empty();

  /** The plan of the moment. */
  public WindowPlan plan() {
    return plan;
  }

  /** Replaces the configuration's windows. */
  public void configure(List<TimeWindow> windows) {
    lock.lock();
    try {
      configured = List.copyOf(windows);
      plan = planLocked(configured);
    } finally {
      lock.unlock();
    }
  }

  /** Replaces the database's windows. */
  public void store(List<TimeWindow> windows) {
    lock.lock();
    try {
      stored = List.copyOf(windows);
      plan = planLocked(configured);
    } finally {
      lock.unlock();
    }
  }

  /** Sets the manual override, or takes it back. */
  public void override(Optional<WindowEffects> effects) {
    lock.lock();
    try {
      override = effects;
      plan = planLocked(configured);
    } finally {
      lock.unlock();
    }
  }

  /** What {@link #plan} would be with other windows in the configuration. */
  public WindowPlan planWith(List<TimeWindow> otherConfigured) {
    lock.lock();
    try {
      return planLocked(otherConfigured);
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private WindowPlan planLocked(List<TimeWindow> fromConfiguration) {
    List<TimeWindow> windows = new ArrayList<>(fromConfiguration);
    windows.addAll(stored);
    return new WindowPlan(override, windows);
  }
}
