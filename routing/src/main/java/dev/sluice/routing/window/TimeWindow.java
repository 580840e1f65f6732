// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.window;

/**
 * A rule that holds at certain hours. Immutable.
 *
 * @param id its name, unique among the windows of its source
 */
public record TimeWindow(String id, Recurrence recurrence, WindowEffects effects) {
  public TimeWindow {
    if (id.isBlank()) {
      throw new IllegalArgumentException("id: blank (expected: a name)");
    }
  }
}
