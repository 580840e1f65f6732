// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace;

import dev.sluice.routing.marketplace.consent.Consent;
import dev.sluice.routing.marketplace.consent.ConsentFile;
import dev.sluice.routing.marketplace.consent.EgressGate;
import dev.sluice.routing.marketplace.consent.Notice;
import dev.sluice.routing.marketplace.consent.Pseudonyms;
import dev.sluice.routing.marketplace.consent.Pseudonyms.AccountName;
import dev.sluice.routing.marketplace.outbox.Outbox;
import dev.sluice.routing.marketplace.trade.Marketplace;
import dev.sluice.routing.marketplace.wire.EgressPolicy;
import dev.sluice.routing.marketplace.wire.MarketClient;
import dev.sluice.routing.marketplace.wire.MarketLine;
import dev.sluice.routing.price.Price;
import dev.sluice.routing.store.Breaker;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** A marketplace of parts on virtual time: only {@link #nanos} moves it. Not thread-safe. */
public final class MarketBench implements AutoCloseable {
  public static final URI MARKET = URI.create("https://market.example");
  public static final Price MOST = new Price(new BigDecimal("5"), new BigDecimal("5"), new BigDecimal("5"));

  public final ScriptedMarket market = new ScriptedMarket();
  public final ConsentFile consent;
  public final List<MarketListener.Result> results = new ArrayList<>();
  public final List<MarketListener.Trade> trades = new ArrayList<>();
  public final List<Terms.Objection> unused = new ArrayList<>();
  public final Outbox outbox;
  public final Breaker breaker;
  public final MarketClient client;
  public final Marketplace marketplace;
  public long nanos;

  /** Everything as by default, with consent. */
  public MarketBench(Path folder, DegradationMode mode) throws IOException {
    this(folder, mode, terms(List.of()), false);
  }

  public MarketBench(Path folder, DegradationMode mode, Terms terms, boolean offline) throws IOException {
    consent = new ConsentFile(folder.resolve("consent.json"));
    consent.write(agreed(MARKET));
    outbox = Outbox.in(folder.resolve("outbox"), "test", 100);
    breaker = new Breaker("marketplace", new Breaker.Settings(3, Duration.ofSeconds(30), 1), () -> nanos);
    MarketListener listener =
        new MarketListener() {
          @Override
          public void called(Operation operation, Result result) {
            results.add(result);
          }

          @Override
          public void traded(Trade trade) {
            trades.add(trade);
          }

          @Override
          public void unused(Terms.Objection objection, int supplies) {
            unused.add(objection);
          }
        };
    var times = new MarketLine.Times(() -> nanos, pause -> nanos += pause, new SplittableRandom(1));
    var line = new MarketLine(new EgressGate(offline, MARKET, consent), breaker, market, times, listener);
    var deadlines = new MarketClient.Deadlines(Duration.ofSeconds(2), Duration.ofMillis(500), Duration.ofSeconds(5), 1);
    client = new MarketClient(line, new EgressPolicy(terms), deadlines);
    var book = new SupplyBook(terms, Duration.ofMinutes(5), Duration.ofHours(24));
    marketplace =
        new Marketplace(client, book, outbox, new Marketplace.Rules(terms, mode), new Marketplace.Times(times, () -> Instant.parse("2026-11-28T12:00:00Z")), listener);
  }

  public static Terms terms(List<String> residency) {
    return new Terms(
        Map.of("https://a.example", "supplier-a", "https://b.example", "supplier-b"), List.of("eu"), residency, 0.9, Map.of("m-large", MOST));
  }

  public static Consent agreed(URI scope) {
    return Consent.to(Notice.CURRENT, "ops", Instant.parse("2026-11-28T12:00:00Z"), scope, Pseudonyms.create(new SecureRandom()));
  }

  public static Demand demand() {
    return new Demand("m-large", new AccountName("acme"), 1000, 200, Duration.ofSeconds(20));
  }

  public void pass(Duration time) {
    nanos += time.toNanos();
  }

  @Override
  public void close() {
    outbox.close();
  }
}
