// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.t.Figure;
import dev.sluice.t.stack.GatewayChoice;
import dev.sluice.t.stack.Stack;
import dev.sluice.t.stack.StackPlan;
import dev.sluice.t.stack.StackPlan.AccountPlan;
import dev.sluice.t.stack.StackPlan.ProviderPlan;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Events reach the client as the provider writes them, not when the answer is whole.
 *
 * <p>Each stream has a companion that goes straight to the provider at the same time. Where a companion is late too, the machine
 * is too busy to tell anything of the product, and the round is measured again.
 */
class StreamingIT {
  private static final int STREAMS = 20;
  private static final int AT_A_TIME = 2;

  /** Each on a connection of its own, so that every worker of a gateway gets some. */
  private static final int WARM_UP = 16;
  private static final int ROUNDS = 3;
  private static final double BUSY_MILLIS = 50;
  private static final int TOKENS = 20;
  private static final int MILLIS_PER_TOKEN = 20;

  private static final HttpClient CLIENT = client();
  private static Stack stack;

  @BeforeAll
  static void start() {
    List<String> pace = List.of("--tokens-per-sec", "100000", "--step-base-ms", Integer.toString(MILLIS_PER_TOKEN), "--step-per-request-ms", "0");
    StackPlan plan =
        StackPlan.of(
            List.of(new ProviderPlan("local-a", 100_000, 16, 32_768, StackPlan.MODEL, pace)), List.of(new AccountPlan("gold", 0)));
    stack = Stack.start(plan, GatewayChoice.fromProperties(), Path.of("target", "e2e"));
  }

  @AfterAll
  static void stop() {
    stack.close();
  }

  /** When the provider wrote its first chunk, when the first byte was read here, and when the last was; microseconds of wall time. */
  private record Times(long writtenMicros, long firstMicros, long lastMicros) {
    double lagMillis() {
      return (firstMicros - writtenMicros) / 1000.0;
    }

    double lengthMillis() {
      return (lastMicros - firstMicros) / 1000.0;
    }
  }

  private static HttpClient client() {
    return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  }

  private static long nowMicros() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
  }

  private static Times throughTheGateway() throws IOException, InterruptedException {
    return stream(CLIENT, stack.gateway(), stack.key("gold"));
  }

  private static Times onANewConnection() throws IOException, InterruptedException {
    try (HttpClient client = client()) {
      return stream(client, stack.gateway(), stack.key("gold"));
    }
  }

  private static Times straight() throws IOException, InterruptedException {
    return stream(CLIENT, stack.simulator("local-a"), stack.providerKey());
  }

  private static Times stream(HttpClient client, URI address, String key) throws IOException, InterruptedException {
    String body =
        "{\"model\":\"%s\",\"stream\":true,\"max_tokens\":%d,\"user\":\"sim:out=%d\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}"
            .formatted(StackPlan.MODEL, TOKENS, TOKENS);
    HttpRequest request =
        HttpRequest.newBuilder(address.resolve("/v1/chat/completions"))
            .timeout(Duration.ofSeconds(30))
            .header("authorization", "Bearer " + key)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    HttpResponse<InputStream> answer = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
    assertThat(answer.statusCode()).isEqualTo(200);
    try (InputStream events = answer.body()) {
      assertThat(events.read()).isEqualTo('d');
      long firstMicros = nowMicros();
      assertThat(new String(events.readAllBytes(), StandardCharsets.UTF_8)).endsWith("data: [DONE]\n\n");
      return new Times(answer.headers().firstValueAsLong("x-sim-written-at").orElseThrow(), firstMicros, nowMicros());
    }
  }

  /** Runs the streams, a few at a time, each pair at once: first those through the gateway, then their companions. */
  private static List<List<Times>> round(ExecutorService clients) throws InterruptedException, ExecutionException {
    Callable<Times> through = StreamingIT::throughTheGateway;
    Callable<Times> straight = StreamingIT::straight;
    List<List<Times>> times = List.of(new ArrayList<>(), new ArrayList<>());
    List<Callable<Times>> pairs = new ArrayList<>();
    for (int i = 0; i < STREAMS; i++) {
      pairs.add(through);
      pairs.add(straight);
    }
    List<Future<Times>> results = clients.invokeAll(pairs);
    for (int i = 0; i < results.size(); i++) {
      times.get(i % 2).add(results.get(i).get());
    }
    return times;
  }

  private static double[] lags(List<Times> times) {
    return times.stream().mapToDouble(Times::lagMillis).sorted().toArray();
  }

  @Test
  void theFirstChunkFollowsTheProvidersWithin100Millis() throws Exception {
    ExecutorService clients = Executors.newFixedThreadPool(2 * AT_A_TIME);
    List<List<Times>> times;
    try {
      // Loads classes here and in the gateway, which is not the product's delay.
      clients.invokeAll(Collections.nCopies(WARM_UP, (Callable<Times>) StreamingIT::onANewConnection));
      times = round(clients);
      for (int i = 1; i < ROUNDS && lags(times.get(1))[STREAMS - 1] > BUSY_MILLIS; i++) {
        times = round(clients);
      }
    } finally {
      clients.shutdownNow();
    }

    double[] lags = lags(times.get(0));
    System.out.println("straight to the provider: max " + lags(times.get(1))[STREAMS - 1] + " ms");
    String source = "StreamingIT.theFirstChunkFollowsTheProvidersWithin100Millis";
    Figure.atMost("first chunk after the provider's, median ms", lags[STREAMS / 2], 100, "ms", source).print();
    assertThat(Figure.atMost("first chunk after the provider's, max ms", lags[STREAMS - 1], 100, "ms", source).print().bearable()).isTrue();
    // The rest of the stream took its time behind the first chunk: an answer held back until it is whole would come at once.
    assertThat(times.get(0)).allSatisfy(time -> assertThat(time.lengthMillis()).isGreaterThan(TOKENS * MILLIS_PER_TOKEN / 2.0));
  }
}
