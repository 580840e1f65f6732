// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace.outbox;

import dev.sluice.routing.marketplace.MarketListener;
import dev.sluice.routing.marketplace.MarketListener.Result;
import dev.sluice.routing.marketplace.UsageReport;
import dev.sluice.routing.marketplace.wire.Backoff;
import dev.sluice.routing.marketplace.wire.MarketClient;
import dev.sluice.routing.marketplace.wire.MarketLine;
import dev.sluice.routing.marketplace.wire.MarketLine.Reply;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers the reports of an outbox, one after the other, until each is taken: at least once, and harmlessly more often. Thread-safe.
 *
 * <p>While the marketplace is out, not consented to or wants another key, it waits between attempts, at most a minute. A report that the
 * marketplace refuses for good is struck off and logged by its request's random number.
 */
public final class UsageReporter implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(UsageReporter.class);
  private static final Duration LOOK = Duration.ofSeconds(10);
  private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(500), Duration.ofMinutes(1));

  private final Outbox outbox;
  private final MarketClient client;
  private final MarketLine.Pause pause;
  private final RandomGenerator random;
  private final MarketListener listener;
  private final Thread thread;
  private int failures;

  /** A running reporter. */
  public UsageReporter(Outbox outbox, MarketClient client, MarketLine.Pause pause, RandomGenerator random, MarketListener listener) {
    this.outbox = outbox;
    this.client = client;
    this.pause = pause;
    this.random = random;
    this.listener = listener;
    this.thread = Thread.ofVirtual().name("sluice-market-usage").unstarted(this::run);
    thread.start();
  }

  private void run() {
    try {
      while (!outbox.closed()) {
        Optional<UsageReport> next = outbox.next(LOOK);
        if (next.isPresent()) {
          deliver(next.get());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void deliver(UsageReport report) throws InterruptedException {
    Reply<Boolean> reply = client.report(report);
    switch (reply) {
      case Reply.Answered<Boolean> answered -> {
        failures = 0;
        outbox.done(report.requestId());
        listener.reported();
      }
      case Reply.None<Boolean> none when hopeless(none) -> {
        failures = 0;
        outbox.done(report.requestId());
        listener.rejected();
        log.warn("marketplace refused a report of use for good request={} status={}", report.requestId(), none.status());
      }
      case Reply.None<Boolean> none -> {
        failures++;
        outbox.later(report.requestId());
        pause.nanos(BACKOFF.after(failures, random).toNanos());
      }
    }
  }

  /** Whether the report itself is at fault, and not the line, the key or the moment. */
  private static boolean hopeless(Reply.None<Boolean> none) {
    return none.result() == Result.WITHHELD
        || (none.result() == Result.REFUSED
            && switch (none.status()) {
              case 401, 403, 404, 408, 425, 429 -> false;
              default -> true;
            });
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
