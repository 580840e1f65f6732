// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.quota;

import dev.sluice.routing.Entitlement;
import java.util.function.Consumer;

/** Where quotas are reserved. Thread-safe. */
public interface QuotaDesk {
  /** Whether any quota applies to the bearer; if not there is nothing to reserve. */
  boolean concerns(Entitlement entitlement);

  /**
   * Reserves the claim's cost in every quota that applies, or in none. Never blocks.
   *
   * @param outcome hears the outcome exactly once, on this thread before the call returns or later on another; must not block
   */
  void reserve(QuotaClaim claim, Consumer<QuotaOutcome> outcome);

  /** Takes over other quotas; use that is still use of a quota of the same id is kept. */
  void reload(QuotaTree tree);
}
