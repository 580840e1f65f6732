// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admin;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

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

  private final AtomicReference<Supplier<String>> details = new AtomicReference<>(() -> "");

  /** What probes are told beyond the stage, as whole lines; it never changes whether the process is ready. */
  public void describe(Supplier<String> lines) {
    details.set(lines);
  }

  /** Further lines; empty if there is nothing to tell. */
  public String details() {
    return details.get().get();
  }

  /** The present stage. */
  public Stage stage() {
    return stage.get();
  }

  /** Moves on to {@code next}, unless already there or beyond. */
  public void enter(Stage next) {
    stage.accumulateAndGet(next, (now, then) -> now.compareTo(then) >= 0 ? now : then);
  }
}
