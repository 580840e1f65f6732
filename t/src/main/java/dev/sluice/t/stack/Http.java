// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Plain HTTP calls and bounded waiting, for control and inspection. Thread-safe. */
public final class Http {
  private static final HttpClient CLIENT = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(2)).build();

  private static final long SHORTEST_PAUSE = Duration.ofMillis(5).toNanos();
  private static final long LONGEST_PAUSE = Duration.ofMillis(50).toNanos();

  private Http() {}

  /** A GET, whole. */
  public static HttpResponse<String> get(URI uri) {
    return send(HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(10)).GET().build());
  }

  /** A POST of a JSON text with extra headers, whole; waits up to 60 s. */
  public static HttpResponse<String> post(URI uri, String json, Map<String, String> headers) {
    HttpRequest.Builder builder = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(60)).header("content-type", "application/json");
    headers.forEach(builder::header);
    return send(builder.POST(HttpRequest.BodyPublishers.ofString(json)).build());
  }

  /** Any request, whole. */
  public static HttpResponse<String> send(HttpRequest request) {
    try {
      return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(request.method() + " " + request.uri(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Whether a GET answers with {@code status}; false while nobody listens. */
  public static boolean answers(URI uri, int status) {
    try {
      return get(uri).statusCode() == status;
    } catch (UncheckedIOException e) {
      return false;
    }
  }

  /** Like {@link #answers}, on a connection of its own. */
  public static boolean answersAnew(URI uri, int status) {
    try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(2)).build()) {
      HttpRequest request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(10)).GET().build();
      return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == status;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /**
   * Looks until {@code condition} holds, the more seldom the longer it takes: a time measured so is a twentieth too long at most, and a
   * long wait costs little of a machine that others measure on.
   *
   * @throws IllegalStateException with {@code otherwise} if it does not within {@code limit}
   */
  public static void await(Duration limit, BooleanSupplier condition, Supplier<String> otherwise) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      long waited = System.nanoTime() - start;
      if (waited > limit.toNanos()) {
        throw new IllegalStateException("not within " + limit.toMillis() + " ms: " + otherwise.get());
      }
      LockSupport.parkNanos(Math.clamp(waited / 20, SHORTEST_PAUSE, LONGEST_PAUSE));
    }
  }
}
