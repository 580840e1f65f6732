// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.calibrate;

import dev.sluice.plugin.calibrate.Profile.Shape;
import dev.sluice.plugin.calibrate.Sample.Ending;
import dev.sluice.routing.config.Secret;
import dev.sluice.scheduler.Ticker;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** An OpenAI-compatible chat endpoint as a client sees it. Thread-safe; calls block. Redirects are not followed. */
final class Endpoint {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_ANSWER_BYTES = 16 << 20;
  private static final int OK = 200;
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int UNAVAILABLE = 503;
  private static final long DEFAULT_WAIT_NANOS = 1_000_000_000L;
  private static final long LONGEST_WAIT_SECONDS = 30;

  /** Error codes that are shown; anything else that a server says might hold a secret. */
  private static final Pattern CODE = Pattern.compile("[a-z_]{1,64}");

  private final HttpClient client;
  private final Target target;
  private final Wording wording;
  private final Ticker ticker;

  /**
   * Whom to ask for what. Immutable.
   *
   * @param chat address of chat completions
   * @param timeout of one request
   */
  record Target(URI chat, String model, Optional<Secret> key, Duration timeout) {}

  Endpoint(HttpClient client, Target target, Wording wording, Ticker ticker) {
    this.client = client;
    this.target = target;
    this.wording = wording;
    this.ticker = ticker;
  }

  /** A client for calibrations. */
  static HttpClient client() {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .followRedirects(HttpClient.Redirect.NEVER)
        .connectTimeout(Duration.ofSeconds(10))
        .build();
  }

  /** A request to {@code address} with the key, if there is one. */
  static HttpRequest.Builder request(URI address, Optional<Secret> key, Duration timeout) {
    HttpRequest.Builder request = HttpRequest.newBuilder(address).timeout(timeout).header("accept-encoding", "identity");
    key.ifPresent(secret -> request.header("authorization", "Bearer " + secret.reveal()));
    return request;
  }

  Target target() {
    return target;
  }

  /** Sends a request and waits for the whole answer. */
  Sample ask(int worker, Shape shape, boolean stream) throws InterruptedException {
    HttpRequest request =
        request(target.chat(), target.key(), target.timeout())
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofByteArray(wording.body(target.model(), shape, stream, ThreadLocalRandom.current())))
            .build();
    long sent = ticker.read();
    try {
      HttpResponse<InputStream> response = client.send(request, BodyHandlers.ofInputStream());
      try (InputStream body = response.body()) {
        if (response.statusCode() != OK) {
          return failure(worker, sent, ending(response, body));
        }
        return stream ? streamed(worker, sent, shape, body) : whole(worker, sent, shape, body);
      }
    } catch (IOException | JacksonException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedException();
      }
      return failure(worker, sent, new Ending.Failed(e instanceof JacksonException ? "not JSON" : e.getClass().getSimpleName()));
    }
  }

  private Sample failure(int worker, long sent, Ending ending) {
    return new Sample(worker, sent, OptionalLong.empty(), ticker.read(), 0, 0, false, ending);
  }

  private static Ending ending(HttpResponse<?> response, InputStream body) throws IOException {
    int status = response.statusCode();
    if (status == TOO_MANY_REQUESTS || status == UNAVAILABLE) {
      String wait = response.headers().firstValue("retry-after").orElse("");
      return new Ending.Throttled(
          wait.matches("[0-9]{1,6}") ? Math.min(LONGEST_WAIT_SECONDS, Long.parseLong(wait)) * 1_000_000_000L : DEFAULT_WAIT_NANOS);
    }
    JsonNode error;
    try {
      error = JSON.readTree(body.readNBytes(MAX_ANSWER_BYTES)).path("error");
    } catch (JacksonException e) {
      return new Ending.Failed("HTTP " + status);
    }
    String code = error.path("code").asString("");
    String shown = CODE.matcher(code).matches() ? code : error.path("type").asString("");
    return new Ending.Failed("HTTP " + status + (CODE.matcher(shown).matches() ? " " + shown : ""));
  }

  private Sample whole(int worker, long sent, Shape shape, InputStream body) throws IOException {
    JsonNode answer = JSON.readTree(body.readNBytes(MAX_ANSWER_BYTES));
    long end = ticker.read();
    if (!answer.path("choices").isArray()) {
      return failure(worker, sent, new Ending.Failed("no chat completion"));
    }
    int characters = answer.path("choices").path(0).path("message").path("content").asString("").length();
    return sample(new Times(worker, sent, OptionalLong.empty(), end), shape, answer.path("usage"), characters / 4);
  }

  private Sample streamed(int worker, long sent, Shape shape, InputStream body) throws IOException {
    EventStream events = EventStream.read(body, ticker, JSON);
    if (events.failed() || events.firstNanos().isEmpty()) {
      return failure(worker, sent, new Ending.Failed(events.failed() ? "an error within the stream" : "a stream without a token"));
    }
    return sample(new Times(worker, sent, events.firstNanos(), ticker.read()), shape, events.usage(), events.pieces());
  }

  private record Times(int worker, long sent, OptionalLong first, long end) {}

  private static Sample sample(Times times, Shape shape, JsonNode usage, long guessedOutput) {
    boolean counted = usage.path("prompt_tokens").isIntegralNumber() && usage.path("completion_tokens").isIntegralNumber();
    long prompt = counted ? usage.path("prompt_tokens").asLong() : shape.promptTokens();
    long output = counted ? usage.path("completion_tokens").asLong() : guessedOutput;
    return new Sample(times.worker, times.sent, times.first, times.end, prompt, output, counted, new Ending.Answered());
  }
}
