// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import java.util.ArrayList;
import java.util.List;

/**
 * What one event leads to outside the pool: collected under the lock, fired after it is released, in order. Not thread-safe;
 * one for each event, on its thread.
 */
final class Effects {
  private final SchedulerListener listener;
  private final List<Runnable> pending = new ArrayList<>(2);

  Effects(SchedulerListener listener) {
    this.listener = listener;
  }

  SchedulerListener listener() {
    return listener;
  }

  void add(Runnable effect) {
    pending.add(effect);
  }

  /** Runs every effect, whatever the others throw. */
  void fire() {
    for (Runnable effect : pending) {
      try {
        effect.run();
      } catch (Throwable failure) {
        report(failure);
      }
    }
  }

  private void report(Throwable failure) {
    try {
      listener.callbackFailed(failure);
    } catch (Throwable dropped) {
      failure.addSuppressed(dropped);
    }
  }
}
