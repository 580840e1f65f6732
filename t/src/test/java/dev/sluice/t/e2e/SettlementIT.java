// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.t.Figure;
import dev.sluice.t.stack.GatewayChoice;
import dev.sluice.t.stack.Http;
import dev.sluice.t.stack.PoolState;
import dev.sluice.t.stack.SimulatorView;
import dev.sluice.t.stack.Stack;
import dev.sluice.t.stack.StackPlan;
import dev.sluice.t.stack.StackPlan.AccountPlan;
import dev.sluice.t.stack.StackPlan.ProviderPlan;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a request is charged when it has ended, beside what the provider really did.
 *
 * <p>Each test sends one request at a time, so the difference between the pool's totals before and after is that request's.
 */
class SettlementIT {
  private static final String EXACT = "settled-minus-true tokens (reported usage), ";

  private static Stack stack;
  private static SimulatorView reporting;
  private static SimulatorView silent;

  private PoolState before;

  @BeforeAll
  static void start() {
    List<String> pace = List.of("--tokens-per-sec", "100000", "--prefill-tokens-per-sec", "100000", "--step-base-ms", "1", "--step-per-request-ms", "0");
    StackPlan plan =
        StackPlan.of(
                List.of(
                    new ProviderPlan("reporting", 100_000, 16, 32_768, StackPlan.MODEL, pace),
                    new ProviderPlan("silent", 100_000, 16, 32_768, StackPlan.MODEL, pace),
                    new ProviderPlan("down", 100_000, 16, 32_768, StackPlan.MODEL, pace)),
                List.of(
                    new AccountPlan("reports", 0, "providers: [ reporting ]"),
                    new AccountPlan("keeps-silent", 0, "providers: [ silent ]"),
                    new AccountPlan("finds-nobody", 0, "providers: [ down ]")))
            .with("provider.local.reporting.request_stream_usage", "true");
    stack = Stack.start(plan, GatewayChoice.fromProperties(), Path.of("target", "e2e"));
    stack.stopSimulator("down");
    reporting = new SimulatorView(stack.simulator("reporting"));
    silent = new SimulatorView(stack.simulator("silent"));
  }

  @AfterAll
  static void stop() {
    stack.close();
  }

  @BeforeEach
  void forget() {
    reporting.reset();
    silent.reset();
    before = stack.pool();
  }

  private static String chat(boolean stream, int output, String more) {
    return "{\"model\":\"%s\",\"stream\":%s,\"max_tokens\":%d,\"user\":\"sim:out=%d\"%s,\"messages\":[{\"role\":\"user\",\"content\":\"Tell me about rivers, please.\"}]}"
        .formatted(StackPlan.MODEL, stream, output, output, more);
  }

  private static String anthropic(boolean stream) {
    return """
        {"model":"%s","stream":%s,"max_tokens":77,"metadata":{"user_id":"sim:out=70,cached=9"},"system":"You are a geographer of some note.",
        "messages":[{"role":"user","content":[{"type":"text","text":"Tell me about rivers, please, and at length."}]}]}"""
        .formatted(StackPlan.MODEL, stream);
  }

  private static HttpRequest request(String account, String path, String body) {
    return HttpRequest.newBuilder(stack.gateway().resolve(path))
        .timeout(Duration.ofSeconds(30))
        .header("authorization", "Bearer " + stack.key(account))
        .header("content-type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString(body))
        .build();
  }

  private static HttpResponse<String> send(String account, String path, String body) {
    return Http.send(request(account, path, body));
  }

  /** Waits for the one lease to be settled and tells what was charged for it. */
  private long charged() {
    Http.await(
        Duration.ofSeconds(10),
        () -> {
          PoolState now = stack.pool();
          return now.openLeases() == 0 && now.leases().get("settled") == before.leases().get("settled") + 1;
        },
        () -> before + " then " + stack.pool());
    return grown("settled") + grown("overrun");
  }

  private long grown(String total) {
    return stack.pool().tokens().get(total) - before.tokens().get(total);
  }

  /** The prompt's estimate: the lease held it and {@code output} tokens. */
  private long promptEstimate(long output) {
    return grown("granted") - output;
  }

  private void exactly(String what, String method) {
    long charged = charged();
    long truth = reporting.figure("reportedTokens");
    assertThat(truth).isPositive();
    assertThat(Figure.exactly(EXACT + what, charged - truth, 0, "SettlementIT." + method).print().holds()).isTrue();
  }

  @Test
  void anAnswersUsageIsTheCharge() {
    assertThat(send("reports", "/v1/chat/completions", chat(false, 41, "")).statusCode()).isEqualTo(200);
    exactly("chat JSON", "anAnswersUsageIsTheCharge");
  }

  @Test
  void usageBeyondTheEstimateIsChargedToo() {
    String unbounded = chat(false, 900, "").replace("\"max_tokens\":900,", "");
    assertThat(send("reports", "/v1/chat/completions", unbounded).statusCode()).isEqualTo(200);
    exactly("chat JSON, more than estimated", "usageBeyondTheEstimateIsChargedToo");
    assertThat(grown("overrun")).isPositive();
  }

  @Test
  void aStreamIsAskedForItsUsage() {
    String answer = send("reports", "/v1/chat/completions", chat(true, 41, "")).body();
    assertThat(answer).contains("\"completion_tokens\":41").endsWith("data: [DONE]\n\n");
    exactly("chat stream", "aStreamIsAskedForItsUsage");
  }

  @Test
  void usageThatTheCallerAskedForCounts() {
    send("keeps-silent", "/v1/chat/completions", chat(true, 41, ",\"stream_options\":{\"include_usage\":true}"));
    long charged = charged();
    String source = "SettlementIT.usageThatTheCallerAskedForCounts";
    assertThat(Figure.exactly(EXACT + "chat stream, asked for by the caller", charged - silent.figure("reportedTokens"), 0, source).print().holds()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"/v1/completions, false", "/v1/completions, true", "/v1/responses, false", "/v1/responses, true"})
  void theOtherApisReportTheirWay(String path, boolean stream) {
    boolean responses = path.endsWith("responses");
    String body =
        "{\"model\":\"%s\",\"stream\":%s,\"%s\":60,\"user\":\"sim:out=53\",\"%s\":\"Tell me about rivers, please.\"}"
            .formatted(StackPlan.MODEL, stream, responses ? "max_output_tokens" : "max_tokens", responses ? "input" : "prompt");
    assertThat(send("reports", path, body).statusCode()).isEqualTo(200);
    exactly(path.substring(4) + (stream ? " stream" : " JSON"), "theOtherApisReportTheirWay");
  }

  @Test
  void embeddingsAreChargedTheirPrompt() {
    String body = "{\"model\":\"%s\",\"input\":[\"Tell me about rivers.\",\"And about lakes, if you can.\"]}".formatted(StackPlan.MODEL);
    assertThat(send("reports", "/v1/embeddings", body).statusCode()).isEqualTo(200);
    exactly("embeddings", "embeddingsAreChargedTheirPrompt");
  }

  @ParameterizedTest
  @CsvSource({"false", "true"})
  void anthropicsCacheTokensCountAndItsStreamsAreCumulative(boolean stream) {
    String answer = send("reports", "/v1/messages", anthropic(stream)).body();
    assertThat(answer).contains("\"cache_read_input_tokens\":9").contains("\"output_tokens\":70");
    exactly("messages " + (stream ? "stream" : "JSON"), "anthropicsCacheTokensCountAndItsStreamsAreCumulative");
  }

  @Test
  void aStreamWithoutUsageIsChargedItsEstimatedPromptAndTheContentSeen() {
    String answer = send("keeps-silent", "/v1/chat/completions", chat(true, 41, "")).body();
    assertThat(answer).doesNotContain("usage").endsWith("data: [DONE]\n\n");
    assertThat(charged()).isEqualTo(promptEstimate(41) + 41);
  }

  @Test
  void aStreamThatBreaksOffIsChargedWhatCameOfIt() {
    reporting.script("{\"kind\":\"drop_after\",\"tokens\":25}");
    partOf(request("reports", "/v1/chat/completions", chat(true, 100, "")), Integer.MAX_VALUE);
    // Whether the gateway still captures a broken answer is its own affair; by its bytes or by its events, the figure is near.
    assertThat(charged() - promptEstimate(100)).isBetween(20L, 40L);
  }

  @Test
  void anAnswerThatBreaksOffIsChargedByItsBytes() {
    send("reports", "/v1/chat/completions", chat(false, 400, ""));
    charged();
    before = stack.pool();
    reporting.script("{\"kind\":\"truncate\"}");
    partOf(request("reports", "/v1/chat/completions", chat(false, 400, "")), Integer.MAX_VALUE);
    assertThat(charged() - promptEstimate(256)).isBetween(150L, 250L);
  }

  @Test
  void aStreamThatItsCallerLeavesIsChargedWhatWasSent() {
    String whole = send("reports", "/v1/chat/completions", chat(true, 400, "")).body();
    charged();
    before = stack.pool();
    reporting.reset();
    int bytes = partOf(request("reports", "/v1/chat/completions", chat(true, 400, "")), 20_000);
    long output = charged() - promptEstimate(256);
    long read = 400L * bytes / whole.length();
    Http.await(Duration.ofSeconds(5), () -> reporting.figure("inFlight") == 0, () -> "the provider still works for nobody");
    assertThat(reporting.figure("aborted")).isEqualTo(1);
    // More may have been sent than was read here, but never more than was produced.
    assertThat(output).isBetween(read * 3 / 4, reporting.figure("outputTokens") * 5 / 4);
    assertThat(output).isLessThan(400);
  }

  @ParameterizedTest
  @CsvSource({"429", "500", "503"})
  void whatTheProviderRefusesIsFree(int status) {
    reporting.script("{\"kind\":\"status\",\"status\":%d,\"retry_after\":1}".formatted(status));
    HttpResponse<String> answer = send("reports", "/v1/chat/completions", chat(false, 41, ""));
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.headers().firstValue("x-sluice-lease")).isPresent();
    assertThat(charged()).isZero();
  }

  @Test
  void aProviderThatNobodyReachesIsFree() {
    assertThat(send("finds-nobody", "/v1/chat/completions", chat(false, 41, "")).statusCode()).isEqualTo(502);
    assertThat(charged()).isZero();
  }

  @Test
  void aConnectionThatTheProviderResetsIsFree() {
    reporting.script("{\"kind\":\"reset\"}");
    assertThat(send("reports", "/v1/chat/completions", chat(false, 41, "")).statusCode()).isEqualTo(502);
    assertThat(charged()).isZero();
  }

  /** Reads at most {@code maxBytes} of an answer, hangs up, and tells how many came; a broken answer ends the reading. */
  private static int partOf(HttpRequest request, int maxBytes) {
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    try {
      HttpResponse<InputStream> answer = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
      assertThat(answer.statusCode()).isEqualTo(200);
      int count = 0;
      try (InputStream body = answer.body()) {
        byte[] buffer = new byte[1024];
        int read = body.read(buffer);
        while (read >= 0 && count + read < maxBytes) {
          count += read;
          read = body.read(buffer);
        }
        count += Math.max(0, read);
      } catch (IOException e) {
        assertThat(count).as("bytes before the break").isPositive();
      }
      return count;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } finally {
      client.shutdownNow();
    }
  }
}
