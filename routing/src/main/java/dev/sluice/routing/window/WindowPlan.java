// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.window;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Everything that may change with time. Immutable.
 *
 * @param override a manual change that holds until it is taken back; windows win over it
 * @param windows in order; later ones win
 */
public record WindowPlan(Optional<WindowEffects> override, List<TimeWindow> windows) {
  /** Nothing ever changes. */
  public static final WindowPlan EMPTY = new WindowPlan(Optional.empty(), List.of());

  public WindowPlan {
    windows = List.copyOf(windows);
  }

  /** What is in force at {@code instant}, and until when. */
  public InForce at(Instant instant) {
    List<String> active = new ArrayList<>();
    List<WindowEffects> effects = new ArrayList<>();
    override.ifPresent(effects::add);
    Optional<Instant> until = Optional.empty();
    for (TimeWindow window : windows) {
      if (window.recurrence().activeAt(instant)) {
        active.add(window.id());
        effects.add(window.effects());
      }
      Optional<Instant> boundary = window.recurrence().nextBoundary(instant);
      if (until.isEmpty() || boundary.filter(until.get()::isAfter).isPresent()) {
        until = boundary;
      }
    }
    return new InForce(active, effects, until);
  }
}
