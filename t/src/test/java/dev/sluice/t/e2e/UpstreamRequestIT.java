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
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a provider gets to see of an admitted request. */
class UpstreamRequestIT {
  private static final String CHAT = "/v1/chat/completions";
  private static Stack stack;
  private static SimulatorView first;
  private static SimulatorView second;

  @BeforeAll
  static void start() {
    StackPlan plan =
        StackPlan.of(
            List.of(
                new ProviderPlan("local-a", 100_000, 16, 8_192, "upstream-name", List.of()),
                new ProviderPlan("local-b", 100_000, 16, 8_192, StackPlan.MODEL, List.of())),
            List.of(new AccountPlan("to-a", 0, "providers: [ local-a ]"), new AccountPlan("to-b", 0, "providers: [ local-b ]")));
    for (ProviderPlan provider : plan.providers()) {
      plan = plan.with("provider.local." + provider.name() + ".request_stream_usage", "true");
    }
    stack = Stack.start(plan, GatewayChoice.fromProperties(), Path.of("target", "e2e"));
    first = new SimulatorView(stack.simulator("local-a"));
    second = new SimulatorView(stack.simulator("local-b"));
  }

  @AfterAll
  static void stop() {
    stack.close();
  }

  @BeforeEach
  void forget() {
    first.reset();
    second.reset();
  }

  private static HttpRequest.Builder request(String account, String path, String body) {
    return HttpRequest.newBuilder(stack.gateway().resolve(path))
        .header("authorization", "Bearer " + stack.key(account))
        .header("content-type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString(body));
  }

  private static HttpResponse<String> served(HttpRequest.Builder request) {
    HttpResponse<String> answer = Http.send(request.build());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return answer;
  }

  private static SimulatorView.Seen only(SimulatorView simulator) {
    List<SimulatorView.Seen> seen = simulator.requests();
    assertThat(seen).hasSize(1);
    return seen.getFirst();
  }

  @Test
  void theModelIsTheProvidersAndEveryOtherByteTheCallers() {
    String body = "{ \"messages\" : [{\"role\":\"user\",\"content\":\"h\\u00e9llo \\n \u00fc\"}],\t\"model\":\"%s\" , \"max_tokens\":8,\"x\":1.50e1}\r\n";
    served(request("to-a", CHAT, body.formatted(StackPlan.MODEL)));
    served(request("to-b", CHAT, body.formatted(StackPlan.MODEL)));

    assertThat(only(first).body()).isEqualTo(body.formatted("upstream-name"));
    assertThat(only(second).body()).isEqualTo(body.formatted(StackPlan.MODEL));
  }

  @Test
  void aStreamIsAskedForItsUsageAndNothingElseChanges() {
    String body = "\"model\":\"%s\",\"stream\":true,\"max_tokens\":8,\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}";
    served(request("to-b", CHAT, "{" + body.formatted(StackPlan.MODEL)));

    assertThat(only(second).body()).isEqualTo("{\"stream_options\":{\"include_usage\":true}," + body.formatted(StackPlan.MODEL));
  }

  @Test
  void theCallersCredentialsStayHereAndTheProvidersAreSent() {
    String key = stack.key("to-b");
    HttpRequest.Builder message =
        HttpRequest.newBuilder(stack.gateway().resolve("/v1/messages"))
            .header("x-api-key", key)
            .header("api-key", key)
            .POST(HttpRequest.BodyPublishers.ofString(body(8)));
    served(message);
    served(request("to-b", CHAT, body(8)));

    assertThat(second.requests()).hasSize(2).allSatisfy(seen -> {
      assertThat(seen.values("authorization")).containsExactly("Bearer " + stack.providerKey());
      assertThat(seen.values("x-api-key")).isEmpty();
      assertThat(seen.values("api-key")).isEmpty();
      assertThat(seen.headers().toString()).doesNotContain(key);
    });
  }

  private static String body(int maxTokens) {
    return "{\"model\":\"%s\",\"max_tokens\":%d,\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}".formatted(StackPlan.MODEL, maxTokens);
  }

  @Test
  void aForgedProviderChoosesNothingAndNoHeaderOfOursArrives() {
    String[] spellings = {"x-sluice-provider", "X-Sluice-Provider", "X_Sluice_Provider", "x_sluice-provider", "x-sluice_provider"};
    for (String spelling : spellings) {
      served(request("to-b", CHAT, body(8)).header(spelling, "local-a").header(spelling, "local-a"));
    }
    served(
        request("to-b", CHAT, body(8))
            .header("X-Sluice-Lease", "forged")
            .header("x_sluice_lane", "0")
            .header("X-Sluice-Max-Wait-Ms", "10000")
            .header("x-sluice-something-else", "1"));

    assertThat(first.requests()).isEmpty();
    assertThat(second.requests()).hasSize(spellings.length + 1).allSatisfy(SEES_NONE_OF_OURS);
  }

  /** Only the provider's own name, which the runner itself wrote for the gateway, may be left; nothing that a client said. */
  private static final Consumer<SimulatorView.Seen> SEES_NONE_OF_OURS =
      seen -> {
        assertThat(seen.headers())
            .filteredOn(header -> header.getKey().replace('_', '-').startsWith("x-sluice-"))
            .isSubsetOf(List.of(Map.entry("x-sluice-provider", "local-b")));
      };

  @Test
  void moreHeadersThanTheGatewayHandsOverHideNoForgery() {
    HttpRequest.Builder request = request("to-b", CHAT, body(8));
    for (int i = 0; i < 120; i++) {
      request.header("x-filler-" + i, "1");
    }
    request.header("x_sluice_provider", "local-a").header("x-sluice-provider", "local-a").header("zz-last", "1");
    HttpResponse<String> answer = Http.send(request.build());

    // Whether the key itself is among those handed over is chance; a request that is served goes where the runner said.
    assertThat(answer.statusCode()).isIn(200, 401);
    assertThat(first.requests()).isEmpty();
    assertThat(second.requests()).hasSizeLessThanOrEqualTo(1).allSatisfy(SEES_NONE_OF_OURS);
  }

  @Test
  void theAnswerIsNotAskedForCompressed() {
    served(request("to-b", CHAT, body(8)).header("accept-encoding", "gzip, br").header("x-mine", "kept"));

    assertThat(only(second).values("accept-encoding")).isEmpty();
    assertThat(only(second).values("x-mine")).containsExactly("kept");
  }

  @Test
  void aBodyThatIsNotUnderstoodArrivesAsItWas() {
    String body = "--b\r\ncontent-disposition: form-data; name=\"model\"\r\n\r\n%s\r\n--b--\r\n".formatted(StackPlan.MODEL);
    long before = stack.pool().tokens().get("granted");
    HttpRequest request =
        HttpRequest.newBuilder(stack.gateway().resolve("/v1/audio/transcriptions"))
            .header("authorization", "Bearer " + stack.key("to-a"))
            .header("content-type", "multipart/form-data; boundary=b")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    HttpResponse<String> answer = Http.send(request);

    assertThat(answer.statusCode()).as("the simulator knows no such path").isEqualTo(404);
    assertThat(answer.headers().firstValue("x-sluice-lease")).isPresent();
    assertThat(only(first).body()).isEqualTo(body);
    assertThat(stack.pool().tokens().get("granted") - before).isEqualTo(1_000);
  }
}
