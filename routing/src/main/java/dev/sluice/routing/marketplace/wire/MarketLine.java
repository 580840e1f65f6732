// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace.wire;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.sluice.routing.marketplace.MarketListener;
import dev.sluice.routing.marketplace.MarketListener.Operation;
import dev.sluice.routing.marketplace.MarketListener.Result;
import dev.sluice.routing.marketplace.consent.Consent;
import dev.sluice.routing.marketplace.consent.EgressGate;
import dev.sluice.routing.store.Breaker;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * The one way to the marketplace: past consent, past the breaker, with repeats. Thread-safe; calls block, for virtual threads.
 *
 * <p>An outage (no answer in time, an answer too large or not of the API, a status of 500 and above or a redirect) counts against the breaker; a
 * refusal (400 and above) does not, since a marketplace that refuses is there. After a 429 nothing is sent for its Retry-After, at most
 * a minute.
 */
public final class MarketLine implements AutoCloseable {
  private static final long DEFAULT_PAUSE_SECONDS = 1;
  private static final long LONGEST_PAUSE_SECONDS = 60;

  private final EgressGate gate;
  private final Breaker breaker;
  private final Transport transport;
  private final Times times;
  private final MarketListener listener;
  private final AtomicLong resumesNanos;

  /**
   * Time, and chance. Immutable.
   *
   * @param pause waits for so many nanoseconds
   * @param random thread-safe
   */
  public record Times(Ticker ticker, Pause pause, RandomGenerator random) {}

  /** Waits. */
  @FunctionalInterface
  public interface Pause {
    /** Returns after so many nanoseconds. */
    void nanos(long nanos) throws InterruptedException;
  }

  /** What a call came to. */
  public sealed interface Reply<T> {
    /** What was asked for. */
    record Answered<T>(T value) implements Reply<T> {}

    /** Not that: {@code status} is the marketplace's if it refused, and 0 otherwise. */
    record None<T>(Result result, int status) implements Reply<T> {}
  }

  /** Makes sense of an answer. */
  @FunctionalInterface
  interface Parser<T> {
    /** The meaning of {@code body}, which was asked for at {@code askedNanos}. */
    T parse(String body, long askedNanos) throws MalformedReplyException;
  }

  /** A line on which nothing has been sent. */
  public MarketLine(EgressGate gate, Breaker breaker, Transport transport, Times times, MarketListener listener) {
    this.gate = gate;
    this.breaker = breaker;
    this.transport = transport;
    this.times = times;
    this.listener = listener;
    this.resumesNanos = new AtomicLong(times.ticker().read());
  }

  /** Whether calls would be let out; blocks on the consent file at most. */
  public EgressGate.Permit permit() {
    return gate.check();
  }

  /** The breaker's state. */
  public Breaker.State state() {
    return breaker.state();
  }

  /**
   * Calls, and again after an outage, each time after a longer pause.
   *
   * @param attempts at most so many
   */
  <T> Reply<T> call(Operation operation, int attempts, Function<Consent, Transport.Call> making, Parser<T> parser) throws InterruptedException {
    for (int attempt = 1; ; attempt++) {
      Reply<T> reply = once(operation, making, parser);
      if (attempt >= attempts || !(reply instanceof Reply.None<T> none) || !worthRepeating(none.result())) {
        return reply;
      }
      times.pause().nanos(Backoff.DEFAULT.after(attempt, times.random()).toNanos());
    }
  }

  private static boolean worthRepeating(Result result) {
    return switch (result) {
      case TIMEOUT, CONNECTION, SERVER_ERROR -> true;
      case OK, REFUSED, NO_CONSENT, BREAKER, PAUSED, WITHHELD, TOO_LARGE, MALFORMED -> false;
    };
  }

  private <T> Reply<T> once(Operation operation, Function<Consent, Transport.Call> making, Parser<T> parser) throws InterruptedException {
    if (!(gate.check() instanceof EgressGate.Permit.Granted granted)) {
      return none(operation, Result.NO_CONSENT);
    }
    if (times.ticker().read() - resumesNanos.get() < 0) {
      return none(operation, Result.PAUSED);
    }
    Transport.Call call;
    try {
      call = making.apply(granted.consent());
    } catch (EgressException e) {
      return none(operation, Result.WITHHELD);
    }
    if (!breaker.admits()) {
      return none(operation, Result.BREAKER);
    }
    long askedNanos = times.ticker().read();
    boolean told = false;
    try {
      Reply<T> reply = judge(operation, transport.send(call), parser, askedNanos);
      told = true;
      return reply;
    } finally {
      if (!told) {
        breaker.unused();
      }
    }
  }

  private <T> Reply<T> judge(Operation operation, Transport.Answer answer, Parser<T> parser, long askedNanos) {
    return switch (answer) {
      case Transport.Answer.Failed failed ->
          outage(
              operation,
              switch (failed.trouble()) {
                case TIMEOUT -> Result.TIMEOUT;
                case CONNECTION -> Result.CONNECTION;
                case TOO_LARGE -> Result.TOO_LARGE;
              });
      case Transport.Answer.Answered answered when answered.status() >= 200 && answered.status() < 300 -> {
        try {
          T value = parser.parse(answered.body(), askedNanos);
          breaker.worked();
          listener.called(operation, Result.OK);
          yield new Reply.Answered<>(value);
        } catch (MalformedReplyException e) {
          yield outage(operation, Result.MALFORMED);
        }
      }
      case Transport.Answer.Answered answered when answered.status() >= 400 && answered.status() < 500 -> {
        breaker.worked();
        if (answered.status() == 429) {
          pause(answered.retryAfterSeconds());
        }
        listener.called(operation, Result.REFUSED);
        yield new Reply.None<>(Result.REFUSED, answered.status());
      }
      case Transport.Answer.Answered answered -> outage(operation, Result.SERVER_ERROR);
    };
  }

  private void pause(OptionalLong retryAfterSeconds) {
    long seconds = Math.clamp(retryAfterSeconds.orElse(DEFAULT_PAUSE_SECONDS), 1, LONGEST_PAUSE_SECONDS);
    resumesNanos.set(times.ticker().read() + Duration.ofSeconds(seconds).toNanos());
  }

  private <T> Reply<T> outage(Operation operation, Result result) {
    breaker.failed();
    return none(operation, result);
  }

  private <T> Reply<T> none(Operation operation, Result result) {
    listener.called(operation, result);
    return new Reply.None<>(result, 0);
  }

  @Override
  public void close() {
    transport.close();
  }
}
