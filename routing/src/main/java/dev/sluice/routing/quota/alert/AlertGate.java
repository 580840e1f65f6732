// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.quota.alert;

import java.time.Instant;

/** Lets one of several processes tell of something. Implementations are thread-safe and don't block. */
@FunctionalInterface
public interface AlertGate {
  /** For a process on its own: it is always the first. */
  AlertGate ALONE = (key, until, task) -> task.run();

  /**
   * Runs {@code task}, now or later on another thread, if nobody has told of {@code key} yet. If nobody can say, it is run: twice is better than
   * never.
   *
   * @param until after which the key may be forgotten
   */
  void first(String key, Instant until, Runnable task);
}
