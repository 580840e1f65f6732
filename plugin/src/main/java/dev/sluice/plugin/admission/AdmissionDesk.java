// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admission;

import dev.sluice.plugin.body.BodyIntake;
import dev.sluice.plugin.charge.Charges;
import dev.sluice.plugin.lease.Dispatches;
import dev.sluice.plugin.lease.LeaseRegister;
import dev.sluice.plugin.refusal.Refusals;
import dev.sluice.routing.provider.ProviderCatalog;
import dev.sluice.scheduler.Lease;
import dev.sluice.scheduler.Scheduler;
import dev.sluice.scheduler.Ticker;
import dev.sluice.scheduler.cost.LearnedCosts;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/**
 * What every passage needs. Immutable.
 *
 * @param scheduler decides
 * @param catalog the providers of the moment
 * @param charges what requests are charged beside capacity
 * @param departures what a request needs to leave
 * @param refusals how to say no
 * @param bodies reads and rewrites bodies
 * @param limits bounds and defaults
 * @param costs foretells what requests take
 * @param spilling says when requests may leave their own providers
 */
public record AdmissionDesk(
    Scheduler scheduler,
    Supplier<ProviderCatalog> catalog,
    Charges charges,
    Departures departures,
    Refusals refusals,
    BodyIntake bodies,
    Limits limits,
    LearnedCosts costs,
    Spilling spilling) {

  /**
   * What a request needs to leave. Immutable.
   *
   * @param register where its lease is entered first
   * @param dispatches tells its provider how it ended
   * @param leaving hears of each lease whose request leaves
   * @param wall tells the instants at which limits renew
   * @param decisions hears how long deciding took
   */
  public record Departures(LeaseRegister register, Dispatches dispatches, Consumer<Lease> leaving, InstantSource wall, DecisionMeter decisions) {}

  /**
   * Measures the runner's own part of a request that did not have to wait: from its frame to the query for the body, and from the body to
   * the reply. Immutable.
   *
   * @param ticker the clock of {@code RunnerRequest.receivedNanos}
   * @param listener hears nanoseconds; thread-safe
   */
  public record DecisionMeter(Ticker ticker, LongConsumer listener) {}

  /**
   * Bounds and defaults of admission. Immutable.
   *
   * @param levels priority levels
   * @param defaultLevel level of accounts that name none
   * @param opaqueTokens cost of a request whose body says nothing about tokens
   * @param serviceTiers level that a {@code service_tier} asks for
   * @param buckets where lanes are buckets, which of them a level means
   * @param regions where requests may be processed at the moment; empty for anywhere
   */
  public record Limits(
      int levels,
      int defaultLevel,
      long opaqueTokens,
      Map<String, Integer> serviceTiers,
      Optional<BucketTiers> buckets,
      Supplier<Set<String>> regions) {}
}
