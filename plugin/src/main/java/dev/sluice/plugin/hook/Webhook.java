// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.hook;

import dev.sluice.scheduler.Ticker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

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
  private final CircuitBreaker breaker;
  private final Semaphore places;
  private final ReentrantLock lock = new ReentrantLock();

  /** Made for the first call, since a client costs a start a quarter of a second. */
  private volatile @Nullable HttpClient client;

  /** A webhook that nothing is held against. */
  public Webhook(WebhookSettings settings, Clocks clocks) {
    this.settings = settings;
    this.wall = clocks.wall();
    this.places = new Semaphore(settings.maxConcurrent());
    InstantSource steady = () -> Instant.EPOCH.plusNanos(clocks.ticker().read());
    this.breaker =
        CircuitBreaker.of(
            "webhook",
            CircuitBreakerConfig.custom()
                .slidingWindowType(SlidingWindowType.COUNT_BASED)
                .slidingWindowSize(FAILURES)
                .minimumNumberOfCalls(FAILURES)
                .failureRateThreshold(100)
                .permittedNumberOfCallsInHalfOpenState(1)
                .waitDurationInOpenState(OPEN)
                .clock(steady.withZone(ZoneOffset.UTC))
                .currentTimestampFunction(clock -> clocks.ticker().read(), TimeUnit.NANOSECONDS)
                .build());
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
    if (!breaker.tryAcquirePermission()) {
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
        case Result.Answered<T> answered -> breaker.onSuccess(0, TimeUnit.NANOSECONDS);
        case Result.Failed<T> failed -> breaker.onError(0, TimeUnit.NANOSECONDS, new IllegalStateException(failed.failure().name()));
      }
      places.release();
    }
    return result;
  }

  private <T> Result<T> call(byte[] body, Function<byte[], Optional<T>> reader) {
    CompletableFuture<HttpResponse<Optional<byte[]>>> call =
        client().sendAsync(request(body), head -> new BoundedAnswer(head.statusCode() == OK ? settings.maxAnswerBytes() : 0));
    try {
      HttpResponse<Optional<byte[]>> response = call.get(settings.deadline().toNanos(), TimeUnit.NANOSECONDS);
      if (response.statusCode() != OK) {
        return new Result.Failed<>(Failure.STATUS);
      }
      if (response.body().isEmpty()) {
        return new Result.Failed<>(Failure.TOO_LARGE);
      }
      return reader.apply(response.body().get()).<Result<T>>map(Result.Answered::new).orElseGet(() -> new Result.Failed<>(Failure.UNREADABLE));
    } catch (TimeoutException e) {
      return new Result.Failed<>(Failure.LATE);
    } catch (ExecutionException e) {
      // Its message may hold the address, which may be a secret.
      return new Result.Failed<>(e.getCause() instanceof HttpTimeoutException ? Failure.LATE : Failure.UNREACHABLE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Result.Failed<>(Failure.UNREACHABLE);
    } finally {
      call.cancel(true);
    }
  }

  private HttpRequest request(byte[] body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(settings.address())
            .timeout(settings.deadline())
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    settings.proof().ifPresent(proof -> proof.headers(body, wall.instant()).forEach(request::header));
    return request.build();
  }

  private HttpClient client() {
    lock.lock();
    try {
      HttpClient present = client;
      if (present == null) {
        present =
            HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .proxy(HttpClient.Builder.NO_PROXY)
                .connectTimeout(settings.deadline())
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .build();
        client = present;
      }
      return present;
    } finally {
      lock.unlock();
    }
  }

  /** Ends; calls under way fail. */
  @Override
  public void close() {
    HttpClient present = client;
    if (present != null) {
      present.shutdownNow();
    }
  }
}
