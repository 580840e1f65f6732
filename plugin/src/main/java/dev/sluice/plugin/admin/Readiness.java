// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admin;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Collectors;

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

  private final List<Supplier<String>> details = new CopyOnWriteArrayList<>();

  /** Adds to what probes are told beyond the stage, as whole lines; it never changes whether the process is ready. */
  public void describe(Supplier<String> lines) {
    details.add(lines);
  }

  /** Further lines; empty if there is nothing to tell. */
  public String details() {
    return details.stream().map(Supplier::get).collect(Collectors.joining());
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
