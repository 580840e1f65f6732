// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.quota.alert;

import dev.sluice.routing.quota.Quota;
import dev.sluice.routing.quota.QuotaWindow;

/**
 * A quota has passed a percentage of its amount. Immutable.
 *
 * @param used in the window, open reservations included, as it is counted
 */
public record Alert(Quota quota, QuotaWindow.Span span, int percent, long used) {
  /** Unique among alerts. */
  String key() {
    return quota.id() + ":" + span.start().toEpochMilli() + ":" + percent;
  }
}
