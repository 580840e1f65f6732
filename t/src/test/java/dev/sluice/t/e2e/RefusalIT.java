// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.t.stack.GatewayChoice;
import dev.sluice.t.stack.Http;
import dev.sluice.t.stack.SimulatorView;
import dev.sluice.t.stack.Stack;
import dev.sluice.t.stack.StackPlan;
import dev.sluice.t.stack.StackPlan.AccountPlan;
import dev.sluice.t.stack.StackPlan.ProviderPlan;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests that no provider may see, and what their callers are told. */
class RefusalIT {
  private static final int GATEWAY_MAX_BODY_BYTES = 8 << 20;
  private static final int RUNNER_MAX_BODY_BYTES = 64 << 10;
  private static Stack stack;

  @BeforeAll
  static void start() {
    StackPlan plan =
        StackPlan.of(
                List.of(new ProviderPlan("local-a", 100_000, 16, 4_096, StackPlan.MODEL, List.of())),
                List.of(
                    new AccountPlan("gold", 0),
                    new AccountPlan("narrow", 0, "models: [ another-model ]"),
                    new AccountPlan("former", 0, "status: revoked"),
                    new AccountPlan("frozen", 0, "status: suspended"),
                    new AccountPlan("past", 0, "expires_at: 2020-01-01T00:00:00Z")))
            .with("protection.max_body_bytes", "64KiB");
    stack = Stack.start(plan, GatewayChoice.fromProperties(), Path.of("target", "e2e"));
  }

  @AfterAll
  static void stop() {
    stack.close();
  }

  @AfterEach
  void noProviderSawARefusedRequest() {
    assertThat(new SimulatorView(stack.simulator("local-a")).requests()).isEmpty();
  }

  private static HttpRequest.Builder request(String account, HttpRequest.BodyPublisher body) {
    return HttpRequest.newBuilder(stack.gateway().resolve("/v1/chat/completions"))
        .header("authorization", "Bearer " + stack.key(account))
        .header("content-type", "application/json")
        .POST(body);
  }

  private static HttpResponse<String> post(String account, String body) {
    return Http.send(request(account, HttpRequest.BodyPublishers.ofString(body)).build());
  }

  private static String body(String model) {
    return "{\"model\":\"%s\",\"max_tokens\":8,\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}".formatted(model);
  }

  private static void refused(HttpResponse<String> answer, int status, String code, String reason) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.headers().firstValue("x-sluice-reason")).contains(reason);
    assertThat(answer.headers().firstValue("x-sluice-lease")).isEmpty();
    assertThat(answer.headers().firstValue("content-type")).hasValueSatisfying(type -> assertThat(type).startsWith("application/json"));
    assertThat(answer.body()).contains("\"code\":\"" + code + "\"").contains("\"message\":\"").contains("\"type\":\"").contains("\"param\":");
  }

  @ParameterizedTest
  @CsvSource({"former, 401, invalid_api_key, unknown_key", "past, 401, invalid_api_key, expired_key",
    "frozen, 403, permission_denied, account_suspended", "narrow, 403, permission_denied, model_not_allowed"})
  void whoMayNot(String account, int status, String code, String reason) {
    refused(post(account, body(StackPlan.MODEL)), status, code, reason);
  }

  @Test
  void noKeyAtAll() {
    HttpRequest request = HttpRequest.newBuilder(stack.gateway().resolve("/v1/chat/completions")).POST(HttpRequest.BodyPublishers.ofString("{}")).build();
    refused(Http.send(request), 401, "invalid_api_key", "missing_key");
  }

  @Test
  void aModelThatNobodyServes() {
    refused(post("gold", body("no-such-model")), 404, "model_not_found", "model_not_found");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
    "{\"model\":\"sim-model\",                                     | malformed_request",
    "[]                                                            | malformed_request",
    "{\"model\":7,\"messages\":[]}                                 | malformed_request",
    "{\"model\":\"sim-model\",\"max_tokens\":-1,\"messages\":[]}   | malformed_request",
    "{\"model\":\"sim-model\",\"model\":\"other\",\"messages\":[]} | ambiguous_request",
    "{\"model\":\"sim-model\",\"max_tokens\":1,\"max_tokens\":2,\"messages\":[]} | ambiguous_request"})
  void bodiesThatCannotBeReadOneWay(String body, String reason) {
    refused(post("gold", body), 400, "invalid_request_error", reason);
  }

  @Test
  void aCompressedBody() {
    HttpRequest request = request("gold", HttpRequest.BodyPublishers.ofString(body(StackPlan.MODEL))).header("content-encoding", "gzip").build();
    refused(Http.send(request), 400, "invalid_request_error", "malformed_request");
  }

  @Test
  void wishesThatCannotBeRead() {
    HttpRequest notANumber = request("gold", HttpRequest.BodyPublishers.ofString(body(StackPlan.MODEL))).header("x-sluice-priority", "high").build();
    refused(Http.send(notANumber), 400, "invalid_request_error", "malformed_request");
    HttpRequest twice =
        request("gold", HttpRequest.BodyPublishers.ofString(body(StackPlan.MODEL))).header("x-sluice-max-wait-ms", "1").header("x-sluice-max-wait-ms", "2").build();
    refused(Http.send(twice), 400, "invalid_request_error", "ambiguous_request");
  }

  @Test
  void moreThanTheContextHolds() {
    HttpResponse<String> answer = post("gold", body(StackPlan.MODEL).replace("\"max_tokens\":8", "\"max_tokens\":5000"));
    refused(answer, 400, "context_length_exceeded", "context_length_exceeded");
    assertThat(answer.body()).contains("at most 4096 tokens").containsPattern("needs about 50\\d\\d \\(\\d+ of prompt, 5000 of output\\)");
  }

  @Test
  void aBodyBeyondTheGatewaysLimitNeverReachesTheRunner() {
    byte[] large = new byte[GATEWAY_MAX_BODY_BYTES + 1];
    HttpResponse<String> answer = Http.send(request("gold", HttpRequest.BodyPublishers.ofByteArray(large)).build());
    assertThat(answer.statusCode()).isEqualTo(413);
    assertThat(answer.headers().firstValue("x-sluice-reason")).isEmpty();
  }

  @Test
  void aBodyBeyondOurLimitWhetherItSaysItsLengthOrNot() {
    byte[] large = "{\"model\":\"sim-model\"%s}".formatted(" ".repeat(RUNNER_MAX_BODY_BYTES)).getBytes(StandardCharsets.UTF_8);
    refused(Http.send(request("gold", HttpRequest.BodyPublishers.ofByteArray(large)).build()), 413, "request_too_large", "body_too_large");
    HttpRequest chunked = request("gold", HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large))).build();
    refused(Http.send(chunked), 413, "request_too_large", "body_too_large");
  }
}
