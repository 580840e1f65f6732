// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.quota;

/**
 * An amount held in every quota that applies to one request.
 *
 * <p>It ends exactly once: settled with the actual use, cancelled, or returned when its time to live has passed without either. Whoever gets one
 * owns it. A reservation corrects the windows that it was made in, also after they have ended. If its time to live has passed, settling still
 * charges the actual use. Thread-safe.
 */
public interface Reservation {
  /**
   * Replaces the estimate by {@code actual}.
   *
   * @return false if it was settled or cancelled before; nothing changes then
   */
  boolean settle(QuotaCost actual);

  /**
   * Gives everything back.
   *
   * @return false if it was settled or cancelled before; nothing changes then
   */
  default boolean cancel() {
    return settle(QuotaCost.ZERO);
  }
}
