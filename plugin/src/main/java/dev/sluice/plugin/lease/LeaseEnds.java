// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.lease;

import dev.sluice.scheduler.Lease;
import dev.sluice.scheduler.LeaseEnd;
import dev.sluice.scheduler.TokenCost;

/** Hears each lease that has ended, once, however it did. Implementations are thread-safe and don't block. */
@FunctionalInterface
public interface LeaseEnds {
  /**
   * A lease ended.
   *
   * @param actual what was reported; {@link TokenCost#ZERO} for cancelled leases, the estimate for expired ones
   */
  void ended(Lease lease, LeaseEnd end, TokenCost actual);
}
