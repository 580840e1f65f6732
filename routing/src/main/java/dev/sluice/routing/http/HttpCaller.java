// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.http;

import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests over HTTP/1.1 and waits for their answers, no longer than a deadline for all of it and with a bound on the body. Thread-safe.
 *
 * <p>Redirects are not followed: the address that was configured is the only one that is called. Nothing is ever inflated. What failed is not told,
 * as an exception's message may hold the address, which may be a secret.
 */
public final class HttpCaller implements AutoCloseable {
  private final Duration connect;
  private final boolean proxies;
  private final ReentrantLock lock = new ReentrantLock();

  /** Made for the first call, since a client costs a start a quarter of a second. */
  private volatile @Nullable HttpClient client;

  /** What came of a call. */
  public sealed interface Outcome {
    /** An answer; {@code body} is empty if it is longer than it may be, and then was not read to its end. */
    record Answered(int status, HttpHeaders headers, Optional<byte[]> body) implements Outcome {}

    /** None before the deadline. */
    record Late() implements Outcome {}

    /** None, as there was no connection, or it broke. */
    record Unreachable() implements Outcome {}
  }

  private HttpCaller(Duration connect, boolean proxies) {
    this.connect = connect;
    this.proxies = proxies;
  }

  /** One that goes through the proxies that the JVM is told of, if any; {@code connect} bounds the time to connect. */
  public static HttpCaller usual(Duration connect) {
    return new HttpCaller(connect, true);
  }

  /** One that asks no proxy. */
  public static HttpCaller direct(Duration connect) {
    return new HttpCaller(connect, false);
  }

  /**
   * Sends a request and waits for its answer.
   *
   * @param deadline of all of it, connection and body included
   * @param maxBytes most of an answer's body, by its status; where it is 0, a body is not waited for
   */
  public Outcome call(HttpRequest.Builder request, Duration deadline, IntUnaryOperator maxBytes) throws InterruptedException {
    CompletableFuture<HttpResponse<Optional<byte[]>>> pending =
        client().sendAsync(request.timeout(deadline).build(), head -> new BoundedAnswer(maxBytes.applyAsInt(head.statusCode())));
    try {
      HttpResponse<Optional<byte[]>> response = pending.get(deadline.toNanos(), TimeUnit.NANOSECONDS);
      return new Outcome.Answered(response.statusCode(), response.headers(), response.body());
    } catch (TimeoutException e) {
      return new Outcome.Late();
    } catch (ExecutionException e) {
      return e.getCause() instanceof HttpTimeoutException ? new Outcome.Late() : new Outcome.Unreachable();
    } finally {
      // The request's own timeout ends with the headers, and would let a body trickle for ever.
      pending.cancel(true);
    }
  }

  private HttpClient client() {
    HttpClient present = client;
    if (present != null) {
      return present;
    }
    lock.lock();
    try {
      HttpClient made = client;
      if (made == null) {
        HttpClient.Builder builder =
            HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(connect)
                .executor(Executors.newVirtualThreadPerTaskExecutor());
        made = (proxies ? builder : builder.proxy(HttpClient.Builder.NO_PROXY)).build();
        client = made;
      }
      return made;
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
