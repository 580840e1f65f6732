// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace.trade;

import dev.sluice.routing.marketplace.DegradationMode;
import dev.sluice.routing.marketplace.Demand;
import dev.sluice.routing.marketplace.MarketListener;
import dev.sluice.routing.marketplace.MarketListener.Result;
import dev.sluice.routing.marketplace.MarketListener.Trade;
import dev.sluice.routing.marketplace.Quote;
import dev.sluice.routing.marketplace.SupplierScore;
import dev.sluice.routing.marketplace.Supply;
import dev.sluice.routing.marketplace.SupplyBook;
import dev.sluice.routing.marketplace.SupplyBook.Age;
import dev.sluice.routing.marketplace.SupplyBook.Found;
import dev.sluice.routing.marketplace.Terms;
import dev.sluice.routing.marketplace.Terms.Objection;
import dev.sluice.routing.marketplace.UsageReport;
import dev.sluice.routing.marketplace.consent.EgressGate.Permit;
import dev.sluice.routing.marketplace.outbox.Outbox;
import dev.sluice.routing.marketplace.wire.MarketClient;
import dev.sluice.routing.marketplace.wire.MarketLine;
import dev.sluice.routing.marketplace.wire.MarketLine.Reply;
import dev.sluice.routing.store.Breaker;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/** What can be bought at the moment, and buying it. Thread-safe; only {@link #refresh} and {@link #buy} block, for virtual threads. */
public final class Marketplace {
  /** Further supplies are asked for only where the marketplace refuses one, such as one just sold out. */
  private static final int SUPPLIES_TRIED = 3;

  private static final Duration TRY_LATER = Duration.ofSeconds(5);

  private final MarketClient client;
  private final SupplyBook book;
  private final Outbox outbox;
  private final Rules rules;
  private final Times times;
  private final MarketListener listener;
  private final SupplierRecord record = new SupplierRecord();
  private volatile boolean permitted;

  /** What is allowed, and what happens in an outage. Immutable. */
  public record Rules(Terms terms, DegradationMode mode) {}

  /** Time, and chance. Immutable. */
  public record Times(MarketLine.Times steady, InstantSource wall) {
    RandomGenerator random() {
      return steady.random();
    }

    long nanos() {
      return steady.ticker().read();
    }
  }

  /** A marketplace of which nothing is known yet. */
  public Marketplace(MarketClient client, SupplyBook book, Outbox outbox, Rules rules, Times times, MarketListener listener) {
    this.client = client;
    this.book = book;
    this.outbox = outbox;
    this.rules = rules;
    this.times = times;
    this.listener = listener;
  }

  /** Asks for the supplies of every model and takes them over; one model that fails leaves the book as it was. */
  public void refresh() throws InterruptedException {
    permitted = client.line().permit() instanceof Permit.Granted;
    long askedNanos = times.nanos();
    List<Supply> all = new ArrayList<>();
    int malformed = 0;
    for (String model : rules.terms().maxPrices().keySet().stream().sorted().toList()) {
      if (!(client.supplies(model) instanceof Reply.Answered<MarketClient.Listed>(MarketClient.Listed listed))) {
        permitted = client.line().permit() instanceof Permit.Granted;
        return;
      }
      all.addAll(listed.supplies());
      malformed += listed.malformed();
    }
    Map<Objection, Integer> unused = book.take(all, malformed, askedNanos);
    unused.forEach(listener::unused);
  }

  /** What is on offer for a model at the moment; empty while nothing can be bought. Returns at once. */
  public List<Supply> offers(String model) {
    if (!permitted || !outbox.room()) {
      return List.of();
    }
    long now = times.nanos();
    Found found = book.find(model, now);
    boolean out = client.line().state() == Breaker.State.OPEN;
    boolean cached = rules.mode() == DegradationMode.CACHED;
    if (found.age() == Age.NONE || (found.age() == Age.STALE && !cached) || (out && !cached)) {
      return List.of();
    }
    return out ? found.supplies().stream().filter(supply -> standing(supply, found).filter(quote -> quote.startable(now)).isPresent()).toList() : found.supplies();
  }

  /** The least that a request of so many tokens costs at the moment; empty while nothing can be bought. Returns at once. */
  public Optional<BigDecimal> leastCost(String model, long inputTokens, long outputTokens) {
    return offers(model).stream().map(supply -> supply.price().cost(inputTokens, 0, outputTokens)).min(Comparator.naturalOrder());
  }

  /** How the marketplace stands. */
  public Standing standing() {
    return new Standing(permitted, client.line().state(), book.age(times.nanos()), book.size(), outbox.open(), outbox.due());
  }

  /**
   * How it stands. Immutable.
   *
   * @param permitted whether somebody consented, as last seen
   * @param supplies that may be used
   * @param open purchases under way
   * @param due reports to be delivered
   */
  public record Standing(boolean permitted, Breaker.State breaker, Age age, int supplies, int open, int due) {}

  /** Buys a supply for an admitted request, in the time for a quote. {@code regions} is where it may be processed; empty for anywhere. */
  public Bought buy(Demand demand, Set<String> regions) throws InterruptedException {
    Bought bought = bought(demand, regions);
    listener.traded(
        switch (bought) {
          case Bought.Supplied supplied -> supplied.purchase().quote().id().isEmpty() ? Trade.STANDING : Trade.QUOTED;
          case Bought.Nothing nothing -> nothing.why();
        });
    return bought;
  }

  private Bought bought(Demand demand, Set<String> regions) throws InterruptedException {
    if (!outbox.room()) {
      return new Bought.Nothing(Trade.OUTBOX_FULL, TRY_LATER);
    }
    long startNanos = times.nanos();
    Found found = book.find(demand.model(), startNanos);
    List<Supply> fitting = found.supplies().stream().filter(supply -> fits(supply, demand, regions)).toList();
    if (fitting.isEmpty() || (found.age() != Age.FRESH && rules.mode() != DegradationMode.CACHED)) {
      return new Bought.Nothing(Trade.NO_SUPPLY, TRY_LATER);
    }
    List<Supply> ranked =
        SupplierScore.ranked(fitting, demand, rules.terms(), upstream -> record.of(upstream, startNanos), times.random());
    boolean out = false;
    for (Supply supply : ranked.subList(0, Math.min(SUPPLIES_TRIED, ranked.size()))) {
      Duration left = client.quoteDeadline().minusNanos(times.nanos() - startNanos);
      if (out || left.isNegative() || left.isZero()) {
        break;
      }
      String requestId = requestId();
      switch (client.quote(requestId, supply, demand, left)) {
        case Reply.Answered<Quote>(Quote quote) -> {
          Optional<Purchase> purchase = purchase(requestId, quote, demand);
          if (purchase.isPresent()) {
            return new Bought.Supplied(purchase.get());
          }
        }
        case Reply.None<Quote> none -> {
          out = none.result() != Result.REFUSED;
          if (none.result() == Result.NO_CONSENT) {
            permitted = false;
          }
        }
      }
    }
    return out && rules.mode() == DegradationMode.CACHED ? onStandingOffer(ranked, found, demand) : new Bought.Nothing(Trade.NO_QUOTE, TRY_LATER);
  }

  private static boolean fits(Supply supply, Demand demand, Set<String> regions) {
    return (regions.isEmpty() || regions.contains(supply.region()))
        && demand.inputTokens() + demand.outputTokens() <= supply.quality().contextTokens();
  }

  /** A purchase by a quote, unless it is dearer than allowed, over already, or for less time than the request takes. */
  private Optional<Purchase> purchase(String requestId, Quote quote, Demand demand) {
    long now = times.nanos();
    boolean sound =
        rules.terms().affordable(demand.model(), quote.offer().price()) && quote.startable(now) && quote.offer().runFor().compareTo(demand.duration()) >= 0;
    if (!sound || !(client.line().permit() instanceof Permit.Granted granted)) {
      return Optional.empty();
    }
    String upstream = rules.terms().upstreams().getOrDefault(quote.supply().endpoint(), "");
    Purchase purchase = new Purchase(requestId, quote, upstream, demand, granted.consent().pseudonyms().of(demand.account()), now);
    outbox.opened(purchase.ifLost(times.wall().instant()));
    return Optional.of(purchase);
  }

  private Bought onStandingOffer(List<Supply> ranked, Found found, Demand demand) {
    for (Supply supply : ranked) {
      Optional<Purchase> purchase = standing(supply, found).flatMap(quote -> purchase(requestId(), quote, demand));
      if (purchase.isPresent()) {
        return new Bought.Supplied(purchase.get());
      }
    }
    return new Bought.Nothing(Trade.NO_QUOTE, TRY_LATER);
  }

  /** The quote that a supply's standing offer comes to; it has no id. */
  private static Optional<Quote> standing(Supply supply, Found found) {
    return supply.offer().map(offer -> new Quote("", supply, offer, found.askedNanos()));
  }

  private String requestId() {
    return "%016x%016x".formatted(times.random().nextLong(), times.random().nextLong());
  }

  /** A purchase ended. */
  public void ended(Purchase purchase, Ended ended) {
    long now = times.nanos();
    UsageReport.Status status = status(purchase, ended, now);
    switch (status) {
      case OK, ABORTED -> record.add(purchase.upstream(), false, ended.firstByteMillis(), now);
      case ERROR, TIMEOUT -> record.add(purchase.upstream(), true, -1, now);
      case UNKNOWN -> {}
    }
    long millis = ended.durationMillis() >= 0 ? ended.durationMillis() : purchase.age(now).toMillis();
    UsageReport.Use use = new UsageReport.Use(ended.inputTokens(), ended.outputTokens(), millis, ended.reported());
    outbox.used(purchase.report(status, use, times.wall().instant()));
  }

  /**
   * How a purchase ended. Immutable.
   *
   * @param heard whether anybody reported the end
   * @param status of the supplier's answer, 0 if there was none
   * @param durationMillis below 0 if unknown
   * @param firstByteMillis below 0 if unknown
   */
  public record Ended(boolean heard, int status, long inputTokens, long outputTokens, boolean reported, long durationMillis, double firstByteMillis) {}

  private static UsageReport.Status status(Purchase purchase, Ended ended, long nowNanos) {
    if (!ended.heard()) {
      return UsageReport.Status.UNKNOWN;
    }
    if (ended.status() == 504 || (purchase.overdue(nowNanos) && ended.status() != 200)) {
      return UsageReport.Status.TIMEOUT;
    }
    if (ended.status() == 0 || ended.status() == 499) {
      return UsageReport.Status.ABORTED;
    }
    return ended.status() < 400 ? UsageReport.Status.OK : UsageReport.Status.ERROR;
  }

  /** A purchase's request never left. */
  public void withdrawn(Purchase purchase) {
    outbox.done(purchase.requestId());
  }
}
