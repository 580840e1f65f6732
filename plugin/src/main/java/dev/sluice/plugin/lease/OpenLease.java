// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.lease;

import dev.sluice.plugin.charge.Charge;
import dev.sluice.plugin.dialect.Dialect;
import dev.sluice.scheduler.Lease;
import dev.sluice.scheduler.cost.LearnedCosts.Asked;

/**
 * An admitted request between its dispatch and its end, with what settlement needs to know. Immutable.
 *
 * @param lease the capacity held
 * @param dialect how usage is written in the answer
 * @param asked what its cost was estimated from
 * @param charge what ends with the lease
 */
public record OpenLease(Lease lease, Dialect dialect, Asked asked, Charge charge) {
  /** Whether the caller asked for a stream. */
  public boolean stream() {
    return asked.streaming();
  }
}
