// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.events;

import dev.sluice.plugin.capacity.AdaptiveCapacity;
import dev.sluice.plugin.dialect.Dialect;
import dev.sluice.plugin.lease.Dispatches;
import dev.sluice.plugin.lease.LeaseRegister;
import dev.sluice.plugin.lease.OpenLease;
import dev.sluice.plugin.usage.BytesPerToken;
import dev.sluice.plugin.usage.CompletionEvent;
import dev.sluice.plugin.usage.Settlement;
import dev.sluice.scheduler.TokenCost;
import dev.sluice.scheduler.cost.LearnedCosts;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Ends leases by their completion events. Thread-safe. */
public final class SettlementDesk {
  /** Hears what became of each event. Thread-safe. */
  public interface Listener {
    /** One event was handled. */
    void handled(EventResult result);

    /** A lease was settled from {@code source}. */
    void settled(Settlement.Source source);
  }

  /** Hears how the requests of open leases were answered, before these end. Thread-safe. */
  @FunctionalInterface
  public interface Answered {
    /** A request was answered, and used {@code actual} tokens. */
    void answered(OpenLease entry, TokenCost actual, CompletionEvent event);
  }

  private final LeaseRegister register;
  private final Dispatches dispatches;
  private final Answered answered;
  private final BytesPerToken bytesPerToken;
  private final LearnedCosts costs;
  private final Optional<AdaptiveCapacity> capacity;
  private final Listener listener;

  /**
   * A desk over the open leases of {@code register}, whose providers hear by {@code dispatches} and are judged by {@code answered}; {@code bytesPerToken} and {@code costs} learn from what they used, and {@code
   * capacity} from how they were answered.
   */
  public SettlementDesk(
      LeaseRegister register,
      Dispatches dispatches,
      Answered answered,
      BytesPerToken bytesPerToken,
      LearnedCosts costs,
      Optional<AdaptiveCapacity> capacity,
      Listener listener) {
    this.capacity = capacity;
    this.register = register;
    this.dispatches = dispatches;
    this.answered = answered;
    this.bytesPerToken = bytesPerToken;
    this.costs = costs;
    this.listener = listener;
  }

  /** Settles the lease that the event names, if it is open. */
  public EventResult accept(CompletionEvent event) {
    EventResult result = settle(event);
    listener.handled(result);
    return result;
  }

  /** Counts a member of a batch that is not an event. */
  public void malformed() {
    listener.handled(EventResult.MALFORMED);
  }

  private EventResult settle(CompletionEvent event) {
    if (event.leases().isEmpty()) {
      return EventResult.NO_LEASE;
    }
    return switch (register.take(event.leases())) {
      case LeaseRegister.Taken.Forged forged -> EventResult.FORGED;
      case LeaseRegister.Taken.Ended ended -> EventResult.LATE;
      case LeaseRegister.Taken.Open open -> settle(event, open.entry());
    };
  }

  private EventResult settle(CompletionEvent event, OpenLease entry) {
    Settlement.Admitted admitted = new Settlement.Admitted(entry.lease().model(), entry.dialect(), entry.stream(), entry.lease().cost());
    Settlement settlement = Settlement.of(event, admitted, bytesPerToken);
    // First, because the charge ends with the lease.
    entry.charge().cached(settlement.cachedTokens());
    OptionalInt status = event.upstreamStatuses().isEmpty() ? OptionalInt.empty() : OptionalInt.of(event.upstreamStatuses().getLast());
    boolean reported = settlement.source() == Settlement.Source.REPORTED;
    dispatches.answered(entry.lease(), new Dispatches.Answer(status, reported, event.timing().upstreamResponseNanos()));
    // Before the lease ends, which frees what the answer may have shown not to be there.
    answered.answered(entry, settlement.actual(), event);
    if (!entry.lease().settle(settlement.actual())) {
      return EventResult.LATE;
    }
    learn(event, entry, settlement);
    capacity.ifPresent(adaptive -> adaptive.heard(entry.lease(), entry.stream(), event));
    listener.settled(settlement.source());
    return EventResult.SETTLED;
  }

  private void learn(CompletionEvent event, OpenLease entry, Settlement settlement) {
    boolean counted =
        switch (settlement.source()) {
          case REPORTED, LLM_VARIABLES -> true;
          case ESTIMATED_FROM_BYTES, PROMPT_ONLY, NOTHING -> false;
        };
    boolean answered = counted || settlement.source() == Settlement.Source.ESTIMATED_FROM_BYTES;
    if (!answered || entry.dialect() == Dialect.OPAQUE) {
      return;
    }
    TokenCost actual = settlement.actual();
    OptionalLong prompt = counted && actual.inputTokens() > 0 ? OptionalLong.of(actual.inputTokens()) : OptionalLong.empty();
    // An answer that its caller left would have been longer.
    boolean whole = event.completed() && entry.dialect().generates();
    OptionalLong output = whole ? OptionalLong.of(actual.outputTokens()) : OptionalLong.empty();
    TokenCost reserved = entry.lease().cost();
    costs.learn(entry.asked(), new LearnedCosts.Estimate(reserved.inputTokens(), reserved.outputTokens()), prompt, output);
  }
}
