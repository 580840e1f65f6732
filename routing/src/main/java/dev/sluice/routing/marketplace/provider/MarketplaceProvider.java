// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace.provider;

import dev.sluice.routing.config.Secret;
import dev.sluice.routing.marketplace.DegradationMode;
import dev.sluice.routing.marketplace.Demand;
import dev.sluice.routing.marketplace.MarketTally;
import dev.sluice.routing.marketplace.Supply;
import dev.sluice.routing.marketplace.SupplyBook;
import dev.sluice.routing.marketplace.SupplyBook.Age;
import dev.sluice.routing.marketplace.consent.Pseudonyms.AccountName;
import dev.sluice.routing.marketplace.outbox.Outbox;
import dev.sluice.routing.marketplace.outbox.UsageReporter;
import dev.sluice.routing.marketplace.trade.Bought;
import dev.sluice.routing.marketplace.trade.Marketplace;
import dev.sluice.routing.marketplace.trade.Purchase;
import dev.sluice.routing.marketplace.wire.EgressPolicy;
import dev.sluice.routing.marketplace.wire.MarketClient;
import dev.sluice.routing.marketplace.wire.MarketLine;
import dev.sluice.routing.marketplace.wire.Transport;
import dev.sluice.routing.price.Price;
import dev.sluice.routing.provider.Credentials;
import dev.sluice.routing.provider.Destination;
import dev.sluice.routing.provider.DispatchEnd;
import dev.sluice.routing.provider.ModelLimits;
import dev.sluice.routing.provider.Provider;
import dev.sluice.routing.provider.ProviderContext;
import dev.sluice.routing.provider.ProviderHealth;
import dev.sluice.routing.provider.ProviderMetadata;
import dev.sluice.routing.provider.ServedModel;
import dev.sluice.routing.provider.Target;
import dev.sluice.routing.provider.TargetAnswer;
import dev.sluice.routing.provider.TargetRequest;
import dev.sluice.routing.store.Breaker;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The marketplace, open. Thread-safe. Blocking work is on virtual threads; the book of supplies is renewed in the background, sooner after an outage:
 * as soon as the breaker lets a call in.
 */
public final class MarketplaceProvider implements Provider {
  private static final Logger log = LoggerFactory.getLogger(MarketplaceProvider.class);
  private static final TargetAnswer CLOSED = new TargetAnswer.NotNow("closed", Duration.ZERO);
  private static final TargetAnswer UNKNOWN = new TargetAnswer.NotNow("does not serve the model", Duration.ZERO);
  private static final TargetAnswer ELSEWHERE = new TargetAnswer.NotNow("not in a region the request may go to", Duration.ZERO);

  private final MarketPlan plan;
  private final ProviderContext context;
  private final Map<String, ServedModel> served = new HashMap<>();
  private final MarketTally tally = new MarketTally();
  private final RandomGenerator random = new SecureRandom();
  private final MarketLine line;
  private final Outbox outbox;
  private final UsageReporter reporter;
  private final Marketplace marketplace;
  private volatile boolean closed;

  MarketplaceProvider(MarketPlan plan, ProviderContext context, Transport transport) {
    this.plan = plan;
    this.context = context;
    plan.models().forEach(model -> served.put(model.model(), model));
    MarketLine.Pause pause = nanos -> TimeUnit.NANOSECONDS.sleep(nanos);
    var times = new MarketLine.Times(context.ticker(), pause, random);
    MarketPlan.Calls calls = plan.calls();
    line = new MarketLine(plan.settings().gate(), new Breaker(MarketFactory.TYPE, calls.breaker(), context.ticker()), transport, times, tally);
    var deadlines = new MarketClient.Deadlines(calls.callDeadline(), calls.quoteDeadline(), calls.callDeadline(), calls.attempts());
    var client = new MarketClient(line, new EgressPolicy(plan.terms()), deadlines);
    outbox = Outbox.in(plan.settings().outboxFolder(), "%016x".formatted(random.nextLong()), plan.keeping().outboxSize());
    reporter = new UsageReporter(outbox, client, pause, random, tally);
    var book = new SupplyBook(plan.terms(), plan.keeping().fresh(), plan.keeping().stale());
    marketplace =
        new Marketplace(
            client, book, outbox, new Marketplace.Rules(plan.terms(), plan.keeping().mode()), new Marketplace.Times(times, context.wall()), tally);
    refreshSoon(Duration.ZERO);
  }

  private void refreshSoon(Duration delay) {
    if (closed || plan.settings().offline()) {
      return;
    }
    try {
      context.timer().schedule(() -> Thread.startVirtualThread(this::refreshSupplies), delay.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      log.debug("the process ends, so supplies are not asked for");
    }
  }

  private void refreshSupplies() {
    try {
      if (!closed) {
        marketplace.refresh();
        context.changed().run();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      refreshSoon(pauseUntilNext());
    }
  }

  /** Between 90 % and 110 % of the interval, so that gateways don't call together; what is left of the breaker's time if that is less. */
  private Duration pauseUntilNext() {
    long interval = plan.calls().refreshInterval().toNanos();
    long usual = interval / 10 * 9 + random.nextLong(interval / 5 + 1);
    boolean out = line.state() != Breaker.State.CLOSED;
    return Duration.ofNanos(out ? Math.min(usual, plan.calls().breaker().open().toNanos()) : usual);
  }

  @Override
  public ProviderMetadata metadata() {
    return plan.metadata();
  }

  @Override
  public List<ServedModel> models() {
    return plan.models();
  }

  /** What is on offer, within what the operator set. */
  @Override
  public Optional<ModelLimits> capacity(String model) {
    ServedModel wanted = served.get(model);
    List<Supply> offers = wanted == null || closed ? List.of() : marketplace.offers(wanted.upstreamName(model));
    if (wanted == null || offers.isEmpty()) {
      return Optional.empty();
    }
    ModelLimits most = wanted.limits();
    long throughput = offers.stream().mapToLong(supply -> supply.quality().tokensPerSecond()).reduce(0, (a, b) -> Math.min(Long.MAX_VALUE / 2, a + b));
    long context = offers.stream().mapToLong(supply -> supply.quality().contextTokens()).max().orElse(1);
    return Optional.of(
        new ModelLimits(
            Math.clamp(throughput, 1, most.tokensPerSecond()),
            most.requestsPerSecond(),
            most.maxConcurrent(),
            Math.clamp(context, 1, most.maxContextTokens())));
  }

  /** The least price on offer. */
  @Override
  public Optional<Price> price(String model) {
    ServedModel wanted = served.get(model);
    return wanted == null || closed
        ? Optional.empty()
        : marketplace.offers(wanted.upstreamName(model)).stream().map(Supply::price).min(Comparator.comparing(price -> price.input().add(price.output())));
  }

  @Override
  public ProviderHealth health() {
    if (plan.settings().offline()) {
      return ProviderHealth.down("offline_mode is on");
    }
    Marketplace.Standing standing = marketplace.standing();
    if (closed || !standing.permitted()) {
      return ProviderHealth.down(closed ? "closed" : "no consent, or not asked for yet");
    }
    boolean offers = plan.models().stream().anyMatch(model -> !marketplace.offers(model.upstreamName(model.model())).isEmpty());
    if (!offers) {
      return ProviderHealth.down(standing.breaker() == Breaker.State.CLOSED ? "nothing on offer" : "the marketplace does not answer");
    }
    return standing.age() == Age.FRESH && standing.breaker() == Breaker.State.CLOSED
        ? ProviderHealth.UP
        : ProviderHealth.degraded("on an old list of supplies");
  }

  /** Whether requests that are to go there are refused while it does not answer. */
  public boolean failsClosed() {
    return plan.keeping().mode() == DegradationMode.FAIL_CLOSED;
  }

  /** How it stands. */
  public Marketplace.Standing standing() {
    return marketplace.standing();
  }

  /** What happened so far. */
  public MarketTally tally() {
    return tally;
  }

  @Override
  public void target(TargetRequest request, Consumer<TargetAnswer> answer) {
    ServedModel model = served.get(request.model());
    if (closed || model == null) {
      answer.accept(closed ? CLOSED : UNKNOWN);
    } else if (!plan.metadata().resides(request.regions())) {
      answer.accept(ELSEWHERE);
    } else {
      Thread.startVirtualThread(() -> tell(answer, bought(model, request)));
    }
  }

  private static void tell(Consumer<TargetAnswer> asking, TargetAnswer answer) {
    try {
      asking.accept(answer);
    } catch (RuntimeException e) {
      log.warn("whoever asked where to send a request failed: {}", e.getClass().getSimpleName());
    }
  }

  private TargetAnswer bought(ServedModel model, TargetRequest request) {
    long nanos =
        Math.min(
            model.pace().timeout().toNanos(),
            request.promptTokens() * model.pace().prefillNanosPerToken() + request.outputTokens() * model.pace().outputNanosPerToken());
    Demand demand =
        new Demand(
            model.upstreamName(request.requestedModel()),
            new AccountName(request.account()),
            request.promptTokens(),
            request.outputTokens(),
            Duration.ofNanos(nanos));
    try {
      return switch (marketplace.buy(demand, request.regions())) {
        case Bought.Supplied supplied -> new TargetAnswer.Send(destination(supplied.purchase()));
        case Bought.Nothing nothing -> {
          context.changed().run();
          yield new TargetAnswer.NotNow("marketplace: " + nothing.why(), nothing.retryAfter());
        }
      };
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return CLOSED;
    } catch (RuntimeException e) {
      log.warn("a request was not bought for: {}", e.getClass().getSimpleName());
      return new TargetAnswer.NotNow("marketplace: failed", Duration.ZERO);
    }
  }

  /** The declared endpoint says how the supplier is addressed: the operator wrote it. */
  private Destination destination(Purchase purchase) {
    URI endpoint = URI.create(purchase.quote().supply().endpoint());
    String path = endpoint.getRawPath() == null || endpoint.getRawPath().equals("/") ? "" : endpoint.getRawPath();
    return new Destination(
        purchase.upstream(),
        new Credentials.Header("authorization", "Bearer", Secret.of(purchase.quote().offer().token().reveal())),
        new Target(Optional.ofNullable(endpoint.getRawAuthority()), path.isEmpty() ? Optional.empty() : Optional.of(path), Map.of()),
        purchase.demand().model(),
        plan.keeping().requestStreamUsage(),
        end -> ended(purchase, end));
  }

  private void ended(Purchase purchase, DispatchEnd end) {
    if (end.kind() == DispatchEnd.Kind.WITHDRAWN) {
      marketplace.withdrawn(purchase);
      return;
    }
    marketplace.ended(
        purchase,
        new Marketplace.Ended(
            end.kind() == DispatchEnd.Kind.SETTLED,
            end.status().orElse(0),
            end.promptTokens(),
            end.outputTokens(),
            end.reported(),
            end.durationNanos().isPresent() ? end.durationNanos().getAsLong() / 1_000_000 : -1,
            -1));
  }

  @Override
  public void refresh() {
    plan.settings().key().ifPresent(Secret::refresh);
  }

  /** Purchases under way still end here; what is not reported by then, the next provider or process finds in the outbox. */
  @Override
  public void close() {
    closed = true;
    reporter.close();
    outbox.close();
    line.close();
  }

  @Override
  public String toString() {
    return "MarketplaceProvider[" + name() + "]";
  }
}
