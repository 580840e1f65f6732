// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.charge;

import dev.sluice.routing.Entitlement;
import dev.sluice.routing.price.Price;
import dev.sluice.routing.price.PriceTable;
import dev.sluice.routing.quota.Quota;
import dev.sluice.routing.quota.QuotaClaim;
import dev.sluice.routing.quota.QuotaCost;
import dev.sluice.routing.quota.QuotaDesk;
import dev.sluice.routing.quota.QuotaOutcome;
import dev.sluice.routing.quota.Reservation;
import dev.sluice.routing.usage.UsageRow;
import dev.sluice.scheduler.Lease;
import dev.sluice.scheduler.LeaseEnd;
import dev.sluice.scheduler.Ticker;
import dev.sluice.scheduler.TokenCost;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens charges, and ends those whose leases end. Thread-safe; never blocks. */
public final class Charges {
  private static final Logger log = LoggerFactory.getLogger(Charges.class);

  private final QuotaDesk quotas;
  private final KeyRates rates;
  private final Supplier<PriceTable> prices;
  private final Optional<Consumer<UsageRow>> usage;
  private final Clocks clocks;
  private final Map<Lease, Charge> held = new ConcurrentHashMap<>();

  /**
   * The times charges need. Immutable.
   *
   * @param ticker the clock that leases expire by
   * @param wall stamps rows of usage
   */
  public record Clocks(Ticker ticker, InstantSource wall) {}

  /**
   * What a request is expected to use. Immutable.
   *
   * @param model name that prices know it by
   * @param providers names of those that may get it
   */
  public record Wish(Entitlement bearer, String model, Collection<String> providers, TokenCost estimate) {}

  /** What became of a wish. */
  public sealed interface Opened {
    /** Everything is held; the receiver owns the charge. */
    record Charged(Charge charge) implements Opened {}

    /** The quota has no room; nothing is held. */
    record QuotaUsedUp(Quota quota, Duration resetsIn) implements Opened {}

    /** The key sends too fast; nothing is held. */
    record TooFast(long retryNanos) implements Opened {}

    /** Nobody could tell; nothing is held. */
    record Unknown() implements Opened {}
  }

  /**
   * Charges against {@code quotas}.
   *
   * @param usage takes the row that each settled charge leaves; empty if nobody keeps them
   */
  public Charges(QuotaDesk quotas, KeyRates rates, Supplier<PriceTable> prices, Optional<Consumer<UsageRow>> usage, Clocks clocks) {
    this.quotas = quotas;
    this.rates = rates;
    this.prices = prices;
    this.usage = usage;
    this.clocks = clocks;
  }

  /** Whether nothing is counted for the bearer's requests; {@link Charge#NONE} does for them. */
  public boolean free(Entitlement bearer) {
    return usage.isEmpty() && !KeyRates.limited(bearer.terms()) && !quotas.concerns(bearer);
  }

  /**
   * Takes the request out of its key's rate and its quotas, or out of nothing.
   *
   * @param opened hears the outcome exactly once, before the call returns or later on another thread; must not block
   */
  public void open(Wish wish, Consumer<Opened> opened) {
    boolean limited = KeyRates.limited(wish.bearer.terms());
    if (limited) {
      long wait = rates.take(wish.bearer.keyId(), wish.bearer.terms(), wish.estimate.total());
      if (wait > 0) {
        opened.accept(new Opened.TooFast(wait));
        return;
      }
    }
    if (!quotas.concerns(wish.bearer)) {
      opened.accept(new Opened.Charged(new Charge(new Holding(wish, limited, Optional.empty()))));
      return;
    }
    TokenCost estimate = wish.estimate;
    BigDecimal money = prices.get().highest(wish.providers, wish.model, estimate.inputTokens(), estimate.outputTokens());
    QuotaCost cost = new QuotaCost(estimate.total(), 1, Price.micros(money));
    quotas.reserve(QuotaClaim.of(wish.bearer, cost), outcome -> opened.accept(opened(wish, limited, outcome)));
  }

  private Opened opened(Wish wish, boolean limited, QuotaOutcome outcome) {
    if (outcome instanceof QuotaOutcome.Reserved reserved) {
      return new Opened.Charged(new Charge(new Holding(wish, limited, Optional.of(reserved.reservation()))));
    }
    if (limited) {
      rates.giveBack(wish.bearer.keyId(), 1, wish.estimate.total());
    }
    return switch (outcome) {
      case QuotaOutcome.Exhausted exhausted -> new Opened.QuotaUsedUp(exhausted.quota(), exhausted.resetsIn());
      case QuotaOutcome.Failed failed -> {
        log.warn("quotas not reserved cause={}", failed.cause());
        yield new Opened.Unknown();
      }
      case QuotaOutcome.Reserved reserved -> throw new IllegalStateException("reserved twice");
    };
  }

  /** Hands a charge over to its request's lease, with which it ends. */
  public void enter(Lease lease, Charge charge) {
    if (charge == Charge.NONE) {
      return;
    }
    held.put(lease, charge);
    // A lease that expired before it was entered has had its end already, or has it now; whoever takes the charge out ends it.
    if (clocks.ticker.read() - lease.expiresAtNanos() >= 0) {
      ended(lease, LeaseEnd.EXPIRED, lease.cost());
    }
  }

  /** Ends the charge of a lease that has ended; unknown leases are ignored. */
  public void ended(Lease lease, LeaseEnd end, TokenCost actual) {
    Charge charge = held.remove(lease);
    if (charge == null) {
      return;
    }
    switch (end) {
      case CANCELLED -> charge.cancel();
      case SETTLED, EXPIRED -> charge.settle(lease, actual);
    }
  }

  /** Charges that leases hold at this moment. */
  public int held() {
    return held.size();
  }

  /** What a request holds. Immutable. */
  private final class Holding implements Charge.Ends {
    private final Wish wish;
    private final boolean limited;
    private final Optional<Reservation> reservation;

    Holding(Wish wish, boolean limited, Optional<Reservation> reservation) {
      this.wish = wish;
      this.limited = limited;
      this.reservation = reservation;
    }

    @Override
    public void cancelled() {
      reservation.ifPresent(Reservation::cancel);
      if (limited) {
        rates.giveBack(wish.bearer.keyId(), 1, wish.estimate.total());
      }
    }

    @Override
    public void settled(Lease lease, Charge.Use use) {
      TokenCost actual = use.actual();
      BigDecimal money = prices.get().price(lease.provider(), wish.model).cost(actual.inputTokens(), use.cachedTokens(), actual.outputTokens());
      // Nothing used means that no provider took the request: it does not count as one.
      long requests = actual.total() > 0 ? 1 : 0;
      reservation.ifPresent(held -> held.settle(new QuotaCost(actual.total(), requests, Price.micros(money))));
      if (limited) {
        rates.giveBack(wish.bearer.keyId(), 1 - requests, wish.estimate.total() - actual.total());
      }
      if (!use.leaseName().isEmpty() && requests > 0) {
        usage.ifPresent(rows -> rows.accept(row(lease, use, money)));
      }
    }

    private UsageRow row(Lease lease, Charge.Use use, BigDecimal money) {
      Entitlement bearer = wish.bearer;
      return new UsageRow(
          use.leaseName(),
          clocks.wall.instant(),
          bearer.keyId(),
          bearer.account(),
          bearer.traits(),
          wish.model,
          lease.provider(),
          lease.lane(),
          use.actual().inputTokens(),
          use.cachedTokens(),
          use.actual().outputTokens(),
          money,
          lease.waitNanos() / 1_000_000);
    }
  }
}
