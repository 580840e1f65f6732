// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.routing.servers.PostgresServer;
import dev.sluice.routing.servers.RedisServer;
import dev.sluice.routing.servers.TcpProxy;
import dev.sluice.routing.servers.TcpProxy.Fault;
import dev.sluice.t.Figure;
import dev.sluice.t.stack.GatewayChoice;
import dev.sluice.t.stack.Http;
import dev.sluice.t.stack.Stack;
import dev.sluice.t.stack.StackPlan;
import dev.sluice.t.stack.StackPlan.ProviderPlan;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The whole product with PostgreSQL and Redis, administered over HTTP, while its stores come and go. */
class StoresIT {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final String ADMIN_KEY = "admin-key-of-this-test-0123456789";
  /** Enough that most calls find their key's life in memory over. */
  private static final int KEYS = 200;

  /** Until five failures in a row have opened a breaker. */
  private static final Duration BREAKING = Duration.ofSeconds(1);

  private static final Duration SHORT_LIFE = Duration.ofSeconds(2);

  /** Between two calls, so that neither the machine nor a queue is what they wait for. */
  private static final Duration PAUSE = Duration.ofMillis(4);

  private static final Duration FLAP = Duration.ofMillis(500);

  /** {@code -Dflap.seconds=20} is what is promised, a part of it what every build takes the time for. */
  private static final int FLAP_SECONDS = Integer.getInteger("flap.seconds", 4);

  /** So that a call's time is not the provider's. */
  private static final List<String> FAST = List.of("--step-base-ms", "0.5", "--step-per-request-ms", "0.01", "--tokens-per-sec", "100000");

  private static final JsonMapper JSON = new JsonMapper();

  private static PostgresServer postgres;
  private static RedisServer redis;
  private static TcpProxy toPostgres;
  private static TcpProxy toRedis;
  private static Stack stack;

  @BeforeAll
  static void start() throws IOException {
    postgres = PostgresServer.start();
    redis = RedisServer.start();
    toPostgres = TcpProxy.before(postgres.port());
    toRedis = TcpProxy.before(redis.port());
    Path keyFile = Files.writeString(Files.createTempFile("sluice-admin", ".key"), ADMIN_KEY);
    Path snapshot = Files.createTempDirectory("sluice-stores").resolve("keys.snapshot");
    StackPlan plan =
        StackPlan.of(List.of(new ProviderPlan("local-a", 50_000_000, 16, 8_192, StackPlan.MODEL, FAST)), List.of())
            .with("admin.key_file", keyFile.toString())
            .with("stores.postgresql.url", "jdbc:postgresql://127.0.0.1:" + toPostgres.port() + "/postgres")
            .with("stores.postgresql.user", "postgres")
            .with("stores.redis.url", "redis://127.0.0.1:" + toRedis.port())
            .with("observability.log_level", "debug")
            .with("token_routing.cache_ttl", "1s")
            .with("token_routing.snapshot_file", snapshot.toString())
            .with("token_routing.snapshot_refresh_interval", "10s");
    stack = Stack.start(plan.withRunnerApart(), GatewayChoice.fromProperties(), Path.of("target", "e2e"));
    awaitKeysFrom("stores");
  }

  @AfterAll
  static void stop() throws IOException {
    stack.close();
    toPostgres.close();
    toRedis.close();
    redis.close();
    postgres.close();
  }

  private static void awaitKeysFrom(String source) {
    Http.await(SOON, () -> ready().contains("keys=" + source + " "), StoresIT::ready);
  }

  private static String ready() {
    return Http.get(stack.admin().resolve("/readyz")).body();
  }

  /** Makes a row and returns it. */
  private static JsonNode make(String path, String json) {
    HttpResponse<String> answer = Http.post(stack.admin().resolve(path), json, Map.of("authorization", "Bearer " + ADMIN_KEY));
    assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 201);
    return JSON.readTree(answer.body());
  }

  private static HttpResponse<String> call(String key) {
    String body = "{\"model\":\"%s\",\"max_tokens\":8,\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}".formatted(StackPlan.MODEL);
    return Http.post(stack.gateway().resolve("/v1/chat/completions"), body, Map.of("authorization", "Bearer " + key));
  }

  private static String lane(String key) {
    return call(key).headers().firstValue("x-sluice-lane").orElse("none");
  }

  private static double millisUntil(int status, String key) {
    long start = System.nanoTime();
    Http.await(SOON, () -> call(key).statusCode() == status, () -> call(key).body());
    return (System.nanoTime() - start) / 1e6;
  }

  @Test
  void aKeyWorksAtOnceAndARevokedOneNoLonger() {
    make("/v1/accounts", "{\"id\":\"quick\"}");
    JsonNode key = make("/v1/keys", "{\"account\":\"quick\",\"level\":1}");
    String secret = key.get("secret").stringValue();
    double works = millisUntil(200, secret);
    assertThat(lane(secret)).isEqualTo("1");
    assertThat(call("sk-nobody-has-this-key").statusCode()).isEqualTo(401);

    make("/v1/keys/" + key.get("id").stringValue() + "/revoke", "{}");
    double revoked = millisUntil(401, secret);

    Figure first = Figure.atMost("product: a new key works after", works, 1_000, "ms", "StoresIT.aKeyWorksAtOnceAndARevokedOneNoLonger").print();
    Figure last = Figure.atMost("product: a revoked key is refused after", revoked, 1_000, "ms", "StoresIT.aKeyWorksAtOnceAndARevokedOneNoLonger").print();
    assertThat(first.bearable() && last.bearable()).isTrue();
  }

  @Test
  void rulesAndQuotasOfTheDatabaseHold() {
    make("/v1/accounts", "{\"id\":\"batch\"}");
    String secret = make("/v1/keys", "{\"account\":\"batch\",\"tier\":\"spot\"}").get("secret").stringValue();
    millisUntil(200, secret);
    assertThat(lane(secret)).isEqualTo("2");

    make("/v1/rules", "{\"id\":\"spot\",\"priority_order\":10,\"match_tier\":\"spot\",\"level\":4}");
    Http.await(SOON, () -> lane(secret).equals("4"), () -> lane(secret));

    make("/v1/quotas", "{\"id\":\"few\",\"scope\":\"account\",\"subject\":\"batch\",\"kind\":\"hard\",\"unit\":\"requests\",\"amount\":2,\"calendar\":\"month\"}");
    Http.await(SOON, () -> call(secret).statusCode() == 429, () -> "the quota does not hold");
    HttpResponse<String> refused = call(secret);
    assertThat(refused.body()).contains("insufficient_quota");
    assertThat(refused.headers().firstValue("x-should-retry")).hasValue("false");
    Http.await(
        SOON,
        () -> Http.send(HttpRequest.newBuilder(stack.admin().resolve("/v1/usage?account=batch")).header("authorization", "Bearer " + ADMIN_KEY).build()).body().contains("\"input_tokens\""),
        () -> "no usage was written");
  }

  @Test
  void knownKeysLoseNothingWhileStoresAreDown() throws IOException {
    make("/v1/accounts", "{\"id\":\"steady\"}");
    List<String> secrets = new ArrayList<>();
    for (int i = 0; i < KEYS; i++) {
      secrets.add(make("/v1/keys", "{\"account\":\"steady\"}").get("secret").stringValue());
    }
    millisUntil(200, secrets.getLast());
    new Calls().run(secrets, SHORT_LIFE); // of a process that is warm
    long quiet = loudLines();

    Calls usual = new Calls();
    Calls early = new Calls();
    Calls late = new Calls();
    for (Fault fault : List.of(Fault.RESET, Fault.BLACKHOLE)) {
      // As near to the fault as can be, as other programs come and go.
      toRedis.fault(Fault.NONE);
      toPostgres.fault(Fault.NONE);
      awaitKeysFrom("stores");
      usual.run(secrets, SHORT_LIFE);
      toRedis.fault(fault);
      early.run(secrets, BREAKING);
      late.run(secrets, SHORT_LIFE);
      toPostgres.fault(fault);
      early.run(secrets, BREAKING);
      late.run(secrets, SHORT_LIFE);
    }
    awaitKeysFrom("snapshot");
    long loud = loudLines() - quiet;
    double cold = stack.nanosToReady(process -> {}) / 1e9;

    toRedis.fault(Fault.NONE);
    toPostgres.fault(Fault.NONE);
    long healed = System.nanoTime();
    awaitKeysFrom("stores");
    Http.await(SOON, () -> call("sk-still-nobody-has-this-key").statusCode() == 401, () -> call("sk-still-nobody-has-this-key").body());
    double recovered = (System.nanoTime() - healed) / 1e9;

    String source = "StoresIT.knownKeysLoseNothingWhileStoresAreDown";
    System.out.printf("calls: usual %s, early in outages %s, late in them %s%n", usual, early, late);
    Figure lost = Figure.exactly("product: calls of known keys failed over outages of both stores", usual.failed + early.failed + late.failed, 0, source).print();
    Figure before = Figure.atMost("product: p99 added before breakers open", early.p99Millis() - usual.p99Millis(), 60, "ms", source).print();
    Figure after = Figure.atMost("product: p99 added after breakers opened", late.p99Millis() - usual.p99Millis(), 5, "ms", source).print();
    Figure lines = Figure.atMost("product: warnings and errors logged for four faults", loud, 40, "", source).print();
    Figure start = Figure.atMost("product: ready with every store down after", cold, 5, "s", source).print();
    Figure recovery = Figure.atMost("product: stores in use again after", recovered, 5, "s", source).print();
    assertThat(lost.holds() && lines.holds()).isTrue();
    assertThat(start.bearable() && recovery.bearable()).isTrue();
    // Milliseconds are for a quiet machine: here only that nobody waits for several deadlines.
    assertThat(early.p99Millis()).as(before.toString()).isLessThan(1_000);
    assertThat(late.p99Millis()).as(after.toString()).isLessThan(1_000);
    Figure seen = Figure.exactly("product: secrets in the log at debug and in metrics", seen(secrets), 0, source).print();
    assertThat(seen.holds()).isTrue();
  }

  @Test
  void aRedisThatComesAndGoesFillsNoLog() throws IOException {
    make("/v1/accounts", "{\"id\":\"patient\"}");
    List<String> secrets = List.of(make("/v1/keys", "{\"account\":\"patient\"}").get("secret").stringValue());
    millisUntil(200, secrets.getFirst());
    long before = lines();
    Calls calls = new Calls();
    for (int i = 0; i < FLAP_SECONDS * 1_000 / FLAP.toMillis(); i++) {
      toRedis.fault(i % 2 == 0 ? Fault.RESET : Fault.NONE);
      calls.run(secrets, FLAP);
    }
    toRedis.fault(Fault.NONE);
    String source = "StoresIT.aRedisThatComesAndGoesFillsNoLog";
    Figure failed = Figure.exactly("product: calls of known keys failed while Redis flaps", calls.failed, 0, source).print();
    Figure written = Figure.atMost("product: lines logged in " + FLAP_SECONDS + " s while Redis flaps", lines() - before, 10, "", source).print();
    assertThat(failed.holds() && written.holds()).isTrue();
    awaitKeysFrom("stores");
  }

  /** Lines of the log that an installation has, whose level is info. */
  private static long lines() throws IOException {
    return Files.readAllLines(stack.folder().resolve("runner.log")).stream().filter(line -> line.contains(" INFO ") || line.contains(" WARN ") || line.contains(" ERROR ")).count();
  }

  private static long loudLines() throws IOException {
    return Files.readAllLines(stack.folder().resolve("runner.log")).stream().filter(line -> line.contains(" WARN ") || line.contains(" ERROR ")).count();
  }

  /** How many of the secrets show where none may. */
  private static long seen(List<String> secrets) throws IOException {
    HttpRequest metrics = HttpRequest.newBuilder(stack.admin().resolve("/metrics")).header("authorization", "Bearer " + ADMIN_KEY).build();
    String all = Files.readString(stack.folder().resolve("runner.log")) + Http.send(metrics).body();
    assertThat(all).contains("sluice_");
    return Stream.concat(secrets.stream(), Stream.of(ADMIN_KEY)).filter(all::contains).count();
  }

  /** Calls with one known key after the other, and how they went. */
  private static final class Calls {
    private final List<Long> nanos = new ArrayList<>();
    private int failed;
    private int next;

    void run(List<String> secrets, Duration time) {
      long end = System.nanoTime() + time.toNanos();
      while (System.nanoTime() - end < 0) {
        long start = System.nanoTime();
        failed += call(secrets.get(next++ % secrets.size())).statusCode() == 200 ? 0 : 1;
        nanos.add(System.nanoTime() - start);
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }

    double p99Millis() {
      List<Long> sorted = nanos.stream().sorted().toList();
      return sorted.get(sorted.size() * 99 / 100) / 1e6;
    }

    @Override
    public String toString() {
      return "%d with p99 %.1f ms".formatted(nanos.size(), p99Millis());
    }
  }
}
