// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admin;

import java.util.concurrent.atomic.AtomicReference;

/** Whether the process takes requests. Thread-safe. */
public final class Readiness {
  /** The stages of a process's life; they only go forward. */
  public enum Stage {
    /** Not yet listening. */
    STARTING,
    /** Deciding requests. */
    READY,
    /** Answering whoever waits, admitting nobody. */
    DRAINING
  }

  private final AtomicReference<Stage> stage = new AtomicReference<>(Stage.STARTING);

  /** The present stage. */
  public Stage stage() {
    return stage.get();
  }

  /** Moves on to {@code next}, unless already there or beyond. */
  public void enter(Stage next) {
    stage.accumulateAndGet(next, (now, then) -> now.compareTo(then) >= 0 ? now : then);
  }
}
