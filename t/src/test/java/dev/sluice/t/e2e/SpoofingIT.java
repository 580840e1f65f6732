// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.t.Figure;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Callers who claim to be more than they are. Every claim here would raise its sender, if it were believed. */
class SpoofingIT {
  /** What the caller's key comes to without any claim. */
  static final int OWN_LEVEL = 3;

  static final Map<String, String> CLAIMS =
      Map.of(
          "x-sluice-priority", "0",
          "x-sluice-tier", "internal",
          "x-sluice-environment", "production",
          "x-sluice-workload", "chat",
          "x-sluice-account", "gold",
          "x-sluice-provider", "local-b",
          "x-sluice-lane", "0",
          "x-sluice-lease", "forged");

  static final List<String> CLASSIFYING =
      List.of("x-sluice-priority", "x-sluice-tier", "x-sluice-environment", "x-sluice-workload", "x-sluice-account");

  /** So that an answer takes no time to speak of. */
  private static final List<String> FAST = List.of("--step-base-ms", "1");

  private static final AtomicInteger RAISED = new AtomicInteger();
  private static final AtomicInteger SEEN = new AtomicInteger();
  private static final AtomicInteger CASES = new AtomicInteger();
  private static Stack stack;

  @BeforeAll
  static void start() {
    stack = Stack.start(plan("10.0.0.0/8"), GatewayChoice.fromProperties(), Path.of("target", "e2e"));
  }

  @AfterAll
  static void stop() {
    stack.close();
    Figure.exactly("priority raised by spoofed headers", RAISED.get(), 0, "SpoofingIT").print();
    Figure.exactly("internal headers seen by providers", SEEN.get(), 0, "SpoofingIT").print();
    Figure.atLeast("spoofing cases tried", CASES.get(), 60, "", "SpoofingIT").print();
  }

  @BeforeEach
  void forget() {
    new SimulatorView(stack.simulator("local-a")).reset();
    new SimulatorView(stack.simulator("local-b")).reset();
  }

  /** Callers without claims of their own come to {@link #OWN_LEVEL}; hosts of {@code trusted} are believed. */
  static StackPlan plan(String trusted) {
    return StackPlan.of(
            List.of(
                new ProviderPlan("local-a", 100_000, 16, 8_192, StackPlan.MODEL, FAST),
                new ProviderPlan("local-b", 100_000, 16, 8_192, StackPlan.MODEL, FAST)),
            List.of(new AccountPlan("bronze", -1, "providers: [ local-a ]"), new AccountPlan("gold", 0)))
        .with("scheduler.default_priority", Integer.toString(OWN_LEVEL))
        .with("scheduler.service_tier", "{ priority: 0, flex: 4 }")
        .with("trusted_networks", "[ { network: \"" + trusted + "\", believe: [ tier, environment, workload, account, priority ] } ]")
        .with(
            "rules",
            "[ { id: tier, match_tier: internal, level: 0 }, { id: environment, match_environment: production, level: 0 },"
                + " { id: workload, match_workload_tag: chat, level: 0 }, { id: key, match_key: vip-, match_key_kind: prefix, level: 0 } ]");
  }

  /** A claim. */
  record Claim(String name, String query, String bodyMembers, List<Map.Entry<String, String>> headers) {
    static Claim of(String name, String... namesAndValues) {
      List<Map.Entry<String, String>> headers = new ArrayList<>();
      for (int i = 0; i < namesAndValues.length; i += 2) {
        headers.add(Map.entry(namesAndValues[i], namesAndValues[i + 1]));
      }
      return new Claim(name, "", "", headers);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Claim> claims() {
    List<Claim> claims = new ArrayList<>();
    CLAIMS.forEach(
        (name, value) -> {
          claims.add(Claim.of("plain " + name, name, value));
          claims.add(Claim.of("capitals " + name, capitals(name), value));
          claims.add(Claim.of("underscores " + name, name.replace('-', '_'), value));
          claims.add(Claim.of("mixed " + name, "X-sluice_" + name.substring("x-sluice-".length()).toUpperCase(Locale.ROOT), value));
        });
    for (String name : CLASSIFYING) {
      String value = CLAIMS.getOrDefault(name, "");
      claims.add(Claim.of("twice " + name, name, value, name, value));
      claims.add(Claim.of("two spellings of " + name, name, value, name.replace('-', '_'), value));
      claims.add(Claim.of("two capitalisations of " + name, name, value, capitals(name), value));
    }
    for (String header : List.of("X-Forwarded-For", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP", "X-Original-Forwarded-For", "X-Real-IP")) {
      claims.add(Claim.of("forged " + header, header, "10.0.0.1", "x-sluice-tier", "internal", "x-sluice-priority", "0"));
    }
    claims.add(Claim.of("forged Forwarded", "Forwarded", "for=10.0.0.1", "x-sluice-tier", "internal"));
    claims.add(Claim.of("a chain of forwarders", "X-Forwarded-For", "10.0.0.1, 127.0.0.1", "x-sluice-tier", "internal"));
    claims.add(Claim.of("forwarders twice", "X-Forwarded-For", "10.0.0.1", "X-Forwarded-For", "10.0.0.2", "x-sluice-tier", "internal"));
    claims.add(Claim.of("names of others", "X-Priority", "0", "X-TGW-Priority", "0", "X-TGW-Tier", "internal", "X-Consumer-Username", "gold"));
    claims.add(Claim.of("a number below 0", "x-sluice-priority", "-1"));
    claims.add(Claim.of("a number with a sign", "x-sluice-priority", "+0"));
    claims.add(Claim.of("all at once", CLAIMS.entrySet().stream().flatMap(claim -> Stream.of(claim.getKey(), claim.getValue())).toArray(String[]::new)));
    claims.add(new Claim("in the query", "?x-sluice-priority=0&x-sluice-tier=internal&priority=0", "", List.of()));
    claims.add(new Claim("in the body", "", ",\"priority\":0,\"x-sluice-tier\":\"internal\"", List.of()));
    claims.add(new Claim("service_tier", "", ",\"service_tier\":\"priority\"", List.of()));
    claims.add(new Claim("metadata", "", ",\"metadata\":{\"x-sluice-priority\":\"0\",\"tier\":\"internal\"}", List.of()));
    for (int fillers : new int[] {97, 99, 100, 120}) {
      List<Map.Entry<String, String>> headers = new ArrayList<>();
      for (int i = 0; i < fillers; i++) {
        headers.add(Map.entry("x-filler-" + i, "1"));
      }
      CLAIMS.forEach(
          (name, value) -> {
            headers.add(Map.entry(name, value));
            headers.add(Map.entry(name.replace('-', '_'), value));
          });
      claims.add(new Claim("behind " + fillers + " headers", "", "", headers));
    }
    return claims.stream();
  }

  private static String capitals(String name) {
    StringBuilder capitals = new StringBuilder();
    for (String word : name.split("-", -1)) {
      capitals.append(capitals.isEmpty() ? "" : "-").append(Character.toUpperCase(word.charAt(0))).append(word.substring(1));
    }
    return capitals.toString();
  }

  static HttpResponse<String> send(Stack to, Claim claim) {
    String body =
        "{\"model\":\"%s\",\"max_tokens\":8,\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]%s}".formatted(StackPlan.MODEL, claim.bodyMembers());
    HttpRequest.Builder request =
        HttpRequest.newBuilder(to.gateway().resolve("/v1/chat/completions" + claim.query()))
            .header("authorization", "Bearer " + to.key("bronze"))
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body));
    claim.headers().forEach(header -> request.header(header.getKey(), header.getValue()));
    return Http.send(request.build());
  }

  static int lane(HttpResponse<String> answer) {
    return Integer.parseInt(answer.headers().firstValue("x-sluice-lane").orElseThrow());
  }

  /** Headers of ours that arrived at a provider, but for the runner's own choice, which the gateway needs. */
  private static long foreign(String provider) {
    return new SimulatorView(stack.simulator(provider))
        .requests().stream()
            .flatMap(seen -> seen.headers().stream())
            .filter(header -> header.getKey().replace('_', '-').startsWith("x-sluice-"))
            .filter(header -> !header.equals(Map.entry("x-sluice-provider", "local-a")))
            .count();
  }

  @ParameterizedTest
  @MethodSource("claims")
  void nobodyIsRaisedAndNoProviderHearsOfIt(Claim claim) {
    HttpResponse<String> answer = send(stack, claim);
    CASES.incrementAndGet();
    boolean served = answer.statusCode() == 200;
    boolean raised = served && lane(answer) < OWN_LEVEL;
    long seen = foreign("local-a") + new SimulatorView(stack.simulator("local-b")).requests().size();
    RAISED.addAndGet(raised ? 1 : 0);
    SEEN.addAndGet((int) seen);
    assertThat(raised).as("lane of %s", claim).isFalse();
    assertThat(seen).as("headers of ours at the provider, and requests at the other one").isZero();
    // Behind a hundred headers the key itself may be among those lost, and two wishes are none.
    assertThat(answer.statusCode()).as(answer.body()).isIn(200, 400, 401);
    if (served) {
      assertThat(answer.headers().allValues("x-sluice-lease")).singleElement().isNotEqualTo("forged");
    }
  }

  @Test
  void withoutClaimsTheCallerHasItsOwnLevelAndMayLowerIt() {
    assertThat(lane(send(stack, Claim.of("none")))).isEqualTo(OWN_LEVEL);
    assertThat(lane(send(stack, Claim.of("lower", "x-sluice-priority", "4")))).isEqualTo(4);
    assertThat(lane(send(stack, new Claim("flex", "", ",\"service_tier\":\"flex\"", List.of())))).isEqualTo(4);
  }
}
