// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace.wire;

import dev.sluice.routing.marketplace.Demand;
import dev.sluice.routing.marketplace.MarketListener.Operation;
import dev.sluice.routing.marketplace.Quote;
import dev.sluice.routing.marketplace.Supply;
import dev.sluice.routing.marketplace.UsageReport;
import dev.sluice.routing.marketplace.wire.MarketLine.Reply;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The three calls of the marketplace's API, as {@code docs/marketplace-api.yaml} describes them. Thread-safe; calls block, for virtual threads. */
public final class MarketClient {
  private static final String ROOT = "/v1/marketplace/";

  private final MarketLine line;
  private final EgressPolicy policy;
  private final Deadlines deadlines;

  /**
   * How long calls may take, and how often they are made. Immutable.
   *
   * @param supplies of a call for supplies
   * @param quote of a call for a quote; a request waits for it
   * @param usage of a report
   * @param attempts of each call for supplies
   */
  public record Deadlines(Duration supplies, Duration quote, Duration usage, int attempts) {}

  /** Supplies of one model, and how many entries were none. Immutable. */
  public record Listed(List<Supply> supplies, int malformed, long askedNanos) {}

  /** A client on {@code line}. */
  public MarketClient(MarketLine line, EgressPolicy policy, Deadlines deadlines) {
    this.line = line;
    this.policy = policy;
    this.deadlines = deadlines;
  }

  /** The line. */
  public MarketLine line() {
    return line;
  }

  /** What is on offer for a model. */
  public Reply<Listed> supplies(String model) throws InterruptedException {
    return line.call(
        Operation.SUPPLIES,
        deadlines.attempts(),
        consent -> new Transport.Call(ROOT + "supplies?" + policy.supplies(model), Optional.empty(), deadlines.supplies()),
        (body, askedNanos) -> {
          MarketReader.Listed listed = MarketReader.supplies(body);
          return new Listed(listed.supplies(), listed.malformed(), askedNanos);
        });
  }

  /**
   * Asks for a quote, once: whoever waits for it has no time for more.
   *
   * @param requestId 32 random hexadecimal digits
   * @param within what is left of the time for it
   */
  public Reply<Quote> quote(String requestId, Supply supply, Demand demand, Duration within) throws InterruptedException {
    Duration deadline = within.compareTo(deadlines.quote()) < 0 ? within : deadlines.quote();
    return line.call(
        Operation.QUOTE,
        1,
        consent -> new Transport.Call(ROOT + "quote", Optional.of(policy.quote(requestId, consent.pseudonyms().of(demand.account()), supply, demand)), deadline),
        (body, askedNanos) -> MarketReader.quote(body, supply, askedNanos));
  }

  /** Reports a use. Repeats of a report are one report. */
  public Reply<Boolean> report(UsageReport report) throws InterruptedException {
    return line.call(
        Operation.USAGE,
        1,
        consent -> new Transport.Call(ROOT + "usage", Optional.of(policy.usage(report)), deadlines.usage()),
        (body, askedNanos) -> true);
  }

  /** The time for a quote. */
  public Duration quoteDeadline() {
    return deadlines.quote();
  }
}
