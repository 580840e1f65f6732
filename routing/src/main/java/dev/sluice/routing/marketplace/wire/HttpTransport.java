// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace.wire;

import dev.sluice.routing.config.Secret;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Calls the marketplace over HTTP/1.1. Thread-safe.
 *
 * <p>The client is made for the first call, since it costs a start a quarter of a second. Redirects are not followed: the address that was
 * configured is the only one that is called. An answer of more than a mebibyte is given up where it passes that, and nothing is ever inflated.
 */
public final class HttpTransport implements Transport {
  private static final int MAX_ANSWER_BYTES = 1 << 20;
  private static final Duration CONNECT = Duration.ofSeconds(2);

  private final URI marketplace;
  private final Secret key;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile @Nullable HttpClient client;

  /**
   * A transport to {@code marketplace}, to which nothing is sent yet.
   *
   * @param key the operator's own, for the authorization header
   */
  public HttpTransport(URI marketplace, Secret key) {
    this.marketplace = marketplace;
    this.key = key;
  }

  @Override
  public Answer send(Call call) throws InterruptedException {
    String base = marketplace.toString();
    URI target = URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + call.path());
    HttpRequest.Builder request =
        HttpRequest.newBuilder(target)
            .timeout(call.deadline())
            .header("accept", "application/json")
            .header("user-agent", "sluice")
            .header("authorization", "Bearer " + key.reveal());
    if (call.body().isPresent()) {
      request.header("content-type", "application/json").POST(HttpRequest.BodyPublishers.ofByteArray(call.body().get()));
    }
    CompletableFuture<HttpResponse<byte[]>> pending = client().sendAsync(request.build(), info -> new Bounded());
    try {
      HttpResponse<byte[]> response = pending.get(call.deadline().toNanos(), TimeUnit.NANOSECONDS);
      return new Answer.Answered(response.statusCode(), new String(response.body(), StandardCharsets.UTF_8), retryAfter(response));
    } catch (TimeoutException e) {
      return new Answer.Failed(Trouble.TIMEOUT);
    } catch (ExecutionException e) {
      // What failed is not logged: its message may hold what was answered.
      return new Answer.Failed(trouble(e));
    } finally {
      // The request's own timeout ends with the headers, and would let a body trickle for ever.
      pending.cancel(true);
    }
  }

  private static Trouble trouble(ExecutionException failure) {
    for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof TooLargeException) {
        return Trouble.TOO_LARGE;
      }
      if (cause instanceof java.net.http.HttpTimeoutException) {
        return Trouble.TIMEOUT;
      }
    }
    return Trouble.CONNECTION;
  }

  private static OptionalLong retryAfter(HttpResponse<byte[]> response) {
    String value = response.headers().firstValue("retry-after").orElse("");
    return value.matches("[0-9]{1,6}") ? OptionalLong.of(Long.parseLong(value)) : OptionalLong.empty();
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
        made =
            HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(CONNECT)
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .build();
        client = made;
      }
      return made;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    HttpClient present = client;
    if (present != null) {
      present.shutdownNow();
    }
  }

  private static final class TooLargeException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** Collects a body, and breaks the connection off where it gets too long. Not thread-safe; calls follow each other. */
  private static final class Bounded implements HttpResponse.BodySubscriber<byte[]> {
    private final HttpResponse.BodySubscriber<byte[]> whole = HttpResponse.BodySubscribers.ofByteArray();
    private final CompletableFuture<byte[]> body = new CompletableFuture<>();
    private Flow.@Nullable Subscription subscription;
    private long bytes;

    @Override
    public CompletionStage<byte[]> getBody() {
      whole.getBody().thenAccept(body::complete);
      return body;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription = given;
      whole.onSubscribe(given);
    }

    @Override
    public void onNext(List<ByteBuffer> parts) {
      for (ByteBuffer part : parts) {
        bytes += part.remaining();
      }
      if (bytes <= MAX_ANSWER_BYTES) {
        whole.onNext(parts);
      } else if (subscription != null) {
        subscription.cancel();
        body.completeExceptionally(new TooLargeException());
      }
    }

    @Override
    public void onError(Throwable failure) {
      body.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
      whole.onComplete();
    }
  }
}
