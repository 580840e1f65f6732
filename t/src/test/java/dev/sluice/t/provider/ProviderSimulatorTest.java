// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Timeout(30)
class ProviderSimulatorTest {
  private static final JsonMapper JSON = new JsonMapper();
  // Forty bytes of text, so ten tokens.
  private static final String TEXT = "0123456789012345678901234567890123456789";
  private static final String CHAT =
      "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"" + TEXT + "\"}],\"user\":\"sim:out=20,cached=4\"";

  private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private ProviderSimulator simulator;

  @BeforeEach
  void start() throws IOException {
    simulator = ProviderSimulator.start(ProviderSimulator.Options.of(BatchModel.fast()));
  }

  @AfterEach
  void stop() {
    simulator.close();
  }

  private HttpResponse<String> post(String path, String body) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + simulator.port() + path))
            .timeout(Duration.ofSeconds(10))
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private JsonNode json(String path, String body) throws Exception {
    HttpResponse<String> answer = post(path, body);
    assertThat(answer.statusCode()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  private List<JsonNode> events(String path, String body) throws Exception {
    HttpResponse<String> answer = post(path, body);
    assertThat(answer.headers().firstValue("content-type")).hasValue("text/event-stream");
    return Stream.of(answer.body().split("\n"))
        .filter(line -> line.startsWith("data: {"))
        .map(line -> JSON.readTree(line.substring(6)))
        .toList();
  }

  @Test
  void chatReportsUsageAndTheTruthAgrees() throws Exception {
    JsonNode usage = json("/v1/chat/completions", CHAT + "}").get("usage");
    assertThat(usage.get("prompt_tokens").intValue()).isEqualTo(10);
    assertThat(usage.get("completion_tokens").intValue()).isEqualTo(20);
    assertThat(usage.get("total_tokens").intValue()).isEqualTo(30);
    assertThat(usage.path("prompt_tokens_details").get("cached_tokens").intValue()).isEqualTo(4);
    SimState state = simulator.state();
    assertThat(state.promptTokens()).isEqualTo(10);
    assertThat(state.outputTokens()).isEqualTo(20);
    assertThat(state.reportedTokens()).isEqualTo(30);
    assertThat(state.tokensBySecond().stream().mapToLong(Long::longValue).sum()).isEqualTo(30);
    assertThat(state.inFlight()).isZero();
    assertThat(state.maxInFlight()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/chat/completions", "/v1/completions"})
  void openAiStreamsTellUsageOnlyOnDemandInAChunkWithoutChoices(String path) throws Exception {
    List<JsonNode> plain = events(path, CHAT + ",\"prompt\":\"\",\"stream\":true}");
    assertThat(plain).noneMatch(chunk -> chunk.has("usage"));
    List<JsonNode> chunks = events(path, CHAT + ",\"stream\":true,\"stream_options\":{\"include_usage\":true}}");
    JsonNode last = chunks.getLast();
    assertThat(last.get("choices")).isEmpty();
    assertThat(last.path("usage").get("completion_tokens").intValue()).isEqualTo(20);
    assertThat(chunks.subList(0, chunks.size() - 1)).allMatch(chunk -> chunk.get("usage").isNull());
    assertThat(post(path, CHAT + ",\"stream\":true}").body()).endsWith("data: [DONE]\n\n");
  }

  @Test
  void responsesTellUsageWhenCompleted() throws Exception {
    String body = "{\"model\":\"m\",\"input\":\"" + TEXT + "\",\"metadata\":{\"sim\":\"sim:out=7\"}";
    assertThat(json("/v1/responses", body + "}").path("usage").get("output_tokens").intValue()).isEqualTo(7);
    List<JsonNode> events = events("/v1/responses", body + ",\"stream\":true}");
    assertThat(events.getLast().get("type").stringValue()).isEqualTo("response.completed");
    assertThat(events.getLast().path("response").path("usage").get("total_tokens").intValue()).isEqualTo(17);
    assertThat(events).filteredOn(e -> e.get("type").stringValue().endsWith("delta")).hasSize(7);
    assertThat(events).extracting(e -> e.get("sequence_number").intValue()).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void anthropicInputExcludesTheCacheAndStreamedOutputIsCumulative() throws Exception {
    String body = CHAT.replace("\"user\":\"sim:out=20,cached=4\"", "\"metadata\":{\"user_id\":\"sim:out=20,cached=4\"}")
        + ",\"max_tokens\":100";
    JsonNode usage = json("/v1/messages", body + "}").get("usage");
    assertThat(usage.get("input_tokens").intValue()).isEqualTo(6);
    assertThat(usage.get("cache_read_input_tokens").intValue()).isEqualTo(4);
    assertThat(usage.get("output_tokens").intValue()).isEqualTo(20);

    List<JsonNode> events = events("/v1/messages", body + ",\"stream\":true}");
    assertThat(events.getFirst().path("message").path("usage").get("input_tokens").intValue()).isEqualTo(6);
    assertThat(events.stream()
        .filter(e -> e.get("type").stringValue().equals("message_delta"))
        .map(e -> e.path("usage").get("output_tokens").intValue())).containsExactly(16, 20);
    assertThat(events.getLast().get("type").stringValue()).isEqualTo("message_stop");
  }

  @Test
  void embeddingsReadThePromptOnly() throws Exception {
    JsonNode answer = json("/v1/embeddings", "{\"model\":\"e\",\"input\":[\"" + TEXT + "\",\"" + TEXT + "\"]}");
    assertThat(answer.path("usage").get("total_tokens").intValue()).isEqualTo(20);
    assertThat(simulator.state().outputTokens()).isZero();
    assertThat(simulator.state().completed()).isEqualTo(1);
  }

  @Test
  void theCallersLimitCapsTheOutput() throws Exception {
    JsonNode answer = json("/v1/chat/completions", CHAT + ",\"max_tokens\":5}");
    assertThat(answer.path("usage").get("completion_tokens").intValue()).isEqualTo(5);
    assertThat(answer.get("choices").get(0).get("finish_reason").stringValue()).isEqualTo("length");
  }

  @Test
  void outputFollowsThePromptWhenNothingSaysOtherwise() throws Exception {
    String body = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"some prompt\"}]}";
    int first = json("/v1/chat/completions", body).path("usage").get("completion_tokens").intValue();
    assertThat(json("/v1/chat/completions", body).path("usage").get("completion_tokens").intValue()).isEqualTo(first);
    int other = json("/v1/chat/completions", body.replace("some", "another"))
        .path("usage").get("completion_tokens").intValue();
    assertThat(other).isNotEqualTo(first);
  }

  @Test
  void scriptsPlayInOrderAndThenStop() throws Exception {
    simulator.script(new SimScript.Failure.Status(429, 7), 1);
    simulator.script(new SimScript.Failure.Reset(), 1);
    simulator.script(new SimScript.Failure.Truncate(), 2);
    simulator.script(new SimScript.Failure.DropAfter(3), 1);
    HttpResponse<String> limited = post("/v1/chat/completions", CHAT + "}");
    assertThat(limited.statusCode()).isEqualTo(429);
    assertThat(limited.headers().firstValue("retry-after")).hasValue("7");
    assertThatThrownBy(() -> post("/v1/chat/completions", CHAT + "}")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> post("/v1/chat/completions", CHAT + "}")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> post("/v1/chat/completions", CHAT + ",\"stream\":true}")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> post("/v1/chat/completions", CHAT + ",\"stream\":true}")).isInstanceOf(IOException.class);
    assertThat(post("/v1/chat/completions", CHAT + "}").statusCode()).isEqualTo(200);
    SimState state = simulator.state();
    assertThat(state.scripted()).isEqualTo(5);
    assertThat(state.inFlight()).isZero();
    assertThat(state.completed()).isEqualTo(1);
  }

  @Test
  void aHungRequestIsInFlightUntilItsCallerLeavesAndThenAborted() throws Exception {
    post("/sim/script", "{\"kind\":\"hang\"}");
    try (Socket caller = new Socket(InetAddress.getLoopbackAddress(), simulator.port())) {
      String body = CHAT + "}";
      caller.getOutputStream().write(("POST /v1/chat/completions HTTP/1.1\r\nHost: h\r\nContent-Length: "
          + body.length() + "\r\n\r\n" + body).getBytes(StandardCharsets.UTF_8));
      awaitInFlight(1);
    }
    awaitInFlight(0);
    assertThat(simulator.state().aborted()).isEqualTo(1);
    assertThat(simulator.state().maxInFlight()).isEqualTo(1);
    simulator.reset();
    assertThat(simulator.state().maxInFlight()).isZero();
  }

  private void awaitInFlight(int wanted) {
    long endNanos = System.nanoTime() + Duration.ofSeconds(5).toNanos();
    while (simulator.state().inFlight() != wanted) {
      assertThat(System.nanoTime()).as("in flight never became %d", wanted).isLessThan(endNanos);
    }
  }

  @Test
  void pacingOnTheRealClockFollowsTheModel() throws Exception {
    // 50 prompt tokens at 1 000/s, then 20 steps of 10 ms: 250 ms.
    BatchModel model = new BatchModel(1_000, 10_000_000, 0, 1_000_000, 8, 512);
    try (ProviderSimulator paced = ProviderSimulator.start(ProviderSimulator.Options.of(model))) {
      String body = "{\"messages\":[{\"content\":\"" + TEXT.repeat(5) + "\"}],\"user\":\"sim:out=20\"}";
      HttpRequest request = HttpRequest.newBuilder(
          URI.create("http://127.0.0.1:" + paced.port() + "/v1/chat/completions"))
          .POST(HttpRequest.BodyPublishers.ofString(body)).build();
      http.send(request, HttpResponse.BodyHandlers.ofString());
      long startNanos = System.nanoTime();
      http.send(request, HttpResponse.BodyHandlers.ofString());
      assertThat(Duration.ofNanos(System.nanoTime() - startNanos))
          .isBetween(Duration.ofMillis(249), Duration.ofMillis(400));
    }
  }

  @Test
  void requestsAreKeptWithTheirHeadersAndStateIsReadableOverHttp() throws Exception {
    post("/v1/chat/completions", CHAT + "}");
    assertThat(simulator.requests()).singleElement().satisfies(seen -> {
      assertThat(seen.uri()).isEqualTo("/v1/chat/completions");
      assertThat(seen.values("CONTENT-LENGTH")).containsExactly(Integer.toString(CHAT.length() + 1));
      assertThat(seen.body()).isEqualTo(CHAT + "}");
    });
    HttpResponse<String> state = http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + simulator.port() + "/sim/state")).build(),
        HttpResponse.BodyHandlers.ofString());
    assertThat(JSON.readTree(state.body()).get("completed").intValue()).isEqualTo(1);
  }

  @Test
  void aKeyIsAskedForWhereOneIsSet() throws Exception {
    InetSocketAddress anywhere = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (ProviderSimulator locked = ProviderSimulator.start(
        new ProviderSimulator.Options(anywhere, BatchModel.fast(), "secret", List.of("a", "b"), 0))) {
      URI models = URI.create("http://127.0.0.1:" + locked.port() + "/v1/models");
      assertThat(http.send(HttpRequest.newBuilder(models).build(), HttpResponse.BodyHandlers.ofString()).statusCode())
          .isEqualTo(401);
      HttpRequest keyed = HttpRequest.newBuilder(models).header("Authorization", "Bearer secret").build();
      assertThat(JSON.readTree(http.send(keyed, HttpResponse.BodyHandlers.ofString()).body()).get("data")).hasSize(2);
      assertThat(locked.state().unauthorized()).isEqualTo(1);
    }
  }
}
