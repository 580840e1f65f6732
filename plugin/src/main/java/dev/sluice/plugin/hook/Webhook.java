// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.hook;

import dev.sluice.routing.http.HttpCaller;
import dev.sluice.routing.store.Breaker;
import dev.sluice.scheduler.Ticker;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Posts JSON to one configured address and hands on what is answered. Thread-safe; {@link #post} never blocks.
 *
 * <p>Redirects are not followed and proxies not asked: the address that was configured is the only one that is called. After five failures in a
 * row it is left alone for ten seconds, then asked by one call, whose success lets all others in again.
 */
public final class Webhook implements AutoCloseable {
  private static final int FAILURES = 5;
  private static final Duration OPEN = Duration.ofSeconds(10);
  private static final int OK = 200;

  /** What came of a call. */
  public sealed interface Result<T> {
    /** An answer that could be read. */
    record Answered<T>(T answer) implements Result<T> {}

    /** None. */
    record Failed<T>(Failure failure) implements Result<T> {}
  }

  /** Why there is no answer; a closed set, for metrics. */
  public enum Failure {
    /** Failed too often just now, and was not asked. */
    BREAKER_OPEN,
    /** Too many calls at a time; was not asked. */
    BUSY,
    UNREACHABLE,
    LATE,
    /** Another status than 200. */
    STATUS,
    TOO_LARGE,
    /** Not what a webhook of this kind answers. */
    UNREADABLE
  }

  /** The clocks: one for the breaker, one for what is signed. Immutable. */
  public record Clocks(Ticker ticker, InstantSource wall) {}

  private final WebhookSettings settings;
  private final InstantSource wall;
  private final Breaker breaker;
  private final Semaphore places;
  private final HttpCaller caller;

  /** A webhook that nothing is held against. */
  public Webhook(WebhookSettings settings, Clocks clocks) {
    this.settings = settings;
    this.wall = clocks.wall();
    this.places = new Semaphore(settings.maxConcurrent());
    this.caller = HttpCaller.direct(settings.deadline());
    this.breaker = new Breaker("webhook", new Breaker.Settings(FAILURES, OPEN, 1), clocks.ticker()::read);
  }

  /**
   * Posts {@code body}.
   *
   * @param reader makes an answer of the body of a 200; empty if it can't
   * @param consumer told exactly once, on a thread of its own, or on this one if nobody is called
   */
  public <T> void post(byte[] body, Function<byte[], Optional<T>> reader, Consumer<Result<T>> consumer) {
    if (!places.tryAcquire()) {
      consumer.accept(new Result.Failed<>(Failure.BUSY));
      return;
    }
    if (!breaker.admits()) {
      places.release();
      consumer.accept(new Result.Failed<>(Failure.BREAKER_OPEN));
      return;
    }
    Thread.ofVirtual().name("sluice-webhook").start(() -> consumer.accept(called(body, reader)));
  }

  private <T> Result<T> called(byte[] body, Function<byte[], Optional<T>> reader) {
    Result<T> result = new Result.Failed<>(Failure.UNREACHABLE);
    try {
      result = call(body, reader);
    } finally {
      switch (result) {
        case Result.Answered<T> answered -> breaker.worked();
        case Result.Failed<T> failed -> breaker.failed();
      }
      places.release();
    }
    return result;
  }

  private <T> Result<T> call(byte[] body, Function<byte[], Optional<T>> reader) {
    try {
      return switch (caller.call(request(body), settings.deadline(), status -> status == OK ? settings.maxAnswerBytes() : 0)) {
        case HttpCaller.Outcome.Late late -> new Result.Failed<>(Failure.LATE);
        case HttpCaller.Outcome.Unreachable unreachable -> new Result.Failed<>(Failure.UNREACHABLE);
        case HttpCaller.Outcome.Answered answered when answered.status() != OK -> new Result.Failed<>(Failure.STATUS);
        case HttpCaller.Outcome.Answered answered when answered.body().isEmpty() -> new Result.Failed<>(Failure.TOO_LARGE);
        case HttpCaller.Outcome.Answered answered ->
            answered.body().flatMap(reader).<Result<T>>map(Result.Answered::new).orElseGet(() -> new Result.Failed<>(Failure.UNREADABLE));
      };
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Result.Failed<>(Failure.UNREACHABLE);
    }
  }

  private HttpRequest.Builder request(byte[] body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(settings.address()).header("content-type", "application/json").POST(HttpRequest.BodyPublishers.ofByteArray(body));
    settings.proof().ifPresent(proof -> proof.headers(body, wall.instant()).forEach(request::header));
    return request;
  }

  /** Ends; calls under way fail. */
  @Override
  public void close() {
    caller.close();
  }
}
