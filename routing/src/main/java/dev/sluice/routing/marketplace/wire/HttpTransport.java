// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace.wire;

import dev.sluice.routing.config.Secret;
import dev.sluice.routing.http.HttpCaller;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalLong;

/** Calls the marketplace over HTTP/1.1; an answer of more than a mebibyte is given up where it passes that. Thread-safe. */
public final class HttpTransport implements Transport {
  private static final int MAX_ANSWER_BYTES = 1 << 20;
  private static final Duration CONNECT = Duration.ofSeconds(2);

  private final URI marketplace;
  private final Secret key;
  private final HttpCaller caller = HttpCaller.usual(CONNECT);

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
            .header("accept", "application/json")
            .header("user-agent", "sluice")
            .header("authorization", "Bearer " + key.reveal());
    if (call.body().isPresent()) {
      request.header("content-type", "application/json").POST(HttpRequest.BodyPublishers.ofByteArray(call.body().get()));
    }
    return switch (caller.call(request, call.deadline(), status -> MAX_ANSWER_BYTES)) {
      case HttpCaller.Outcome.Answered answered ->
          answered
              .body()
              .<Answer>map(body -> new Answer.Answered(answered.status(), new String(body, StandardCharsets.UTF_8), retryAfter(answered.headers())))
              .orElseGet(() -> new Answer.Failed(Trouble.TOO_LARGE));
      case HttpCaller.Outcome.Late late -> new Answer.Failed(Trouble.TIMEOUT);
      case HttpCaller.Outcome.Unreachable unreachable -> new Answer.Failed(Trouble.CONNECTION);
    };
  }

  private static OptionalLong retryAfter(HttpHeaders headers) {
    String value = headers.firstValue("retry-after").orElse("");
    return value.matches("[0-9]{1,6}") ? OptionalLong.of(Long.parseLong(value)) : OptionalLong.empty();
  }

  @Override
  public void close() {
    caller.close();
  }
}
