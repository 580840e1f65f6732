// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.e2e;

import dev.sluice.t.provider.SimState;
import dev.sluice.t.stack.GatewayChoice;
import dev.sluice.t.stack.Http;
import dev.sluice.t.stack.RawCall;
import dev.sluice.t.stack.Stack;
import dev.sluice.t.stack.StackPlan;
import dev.sluice.t.stack.StackPlan.AccountPlan;
import dev.sluice.t.stack.StackPlan.ProviderPlan;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A stack whose one provider takes one request at a time, and callers who wait because that one never ends. Not thread-safe.
 */
final class WaitingRoom implements AutoCloseable {
  static final String PROVIDER = "local-a";
  static final String ACCOUNT = "gold";

  private static final JsonMapper JSON = new JsonMapper();

  /** So many that a lease outlives every test here: its time to live grows with the output it may have. */
  private static final int HELD_TOKENS = 2_048;

  private final Stack stack;
  private final List<RawCall> calls = new ArrayList<>();
  private final ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor();

  private WaitingRoom(Stack stack) {
    this.stack = stack;
  }

  /** Starts the stack, with room for as many waiters as a test may want. */
  static WaitingRoom open() {
    return open(Map.of());
  }

  /** The same with a process for the runner. */
  static WaitingRoom openWithRunnerApart() {
    return start(plan(Map.of()).withRunnerApart());
  }

  /** Starts the stack with further settings of sluice.yaml, by dotted key. */
  static WaitingRoom open(Map<String, String> settings) {
    return start(plan(settings));
  }

  private static StackPlan plan(Map<String, String> settings) {
    ProviderPlan provider =
        new ProviderPlan(PROVIDER, 50_000_000, 1, 32_768, StackPlan.MODEL, List.of("--step-base-ms", "0.5", "--step-per-request-ms", "0.01", "--tokens-per-sec", "100000"));
    StackPlan plan =
        StackPlan.of(List.of(provider), List.of(new AccountPlan(ACCOUNT, 0)))
            .with("scheduler.queue_timeout", "50s")
            .with("scheduler.max_queue_depth", "20000")
            .with("scheduler.max_queue_depth_total", "20000")
            .with("scheduler.max_queue_depth_per_flow", "20000");
    for (Map.Entry<String, String> setting : settings.entrySet()) {
      plan = plan.with(setting.getKey(), setting.getValue());
    }
    return plan;
  }

  private static WaitingRoom start(StackPlan plan) {
    return new WaitingRoom(Stack.start(plan, GatewayChoice.fromProperties(), Path.of("target", "e2e")));
  }

  Stack stack() {
    return stack;
  }

  /** Has so many requests served, so that the gateway and this process have passed answers on before it counts how long that takes. */
  void warmUp(int count) {
    List<RawCall> served = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      served.add(call("served-" + i, 8));
    }
    all(read(served));
  }

  /** Sends a request that the provider takes and never answers. */
  RawCall occupyProvider() {
    Http.post(stack.simulator(PROVIDER).resolve("/sim/script"), "{\"kind\":\"hang\",\"times\":1}", Map.of());
    long before = provider().accepted();
    RawCall held = call("holder", HELD_TOKENS);
    Http.await(Duration.ofSeconds(10), () -> provider().accepted() == before + 1, () -> "the provider's place is not taken: " + stack.pool());
    return held;
  }

  /** Sends so many more requests and waits until all of them wait. */
  List<RawCall> queue(int count, String idPrefix) {
    long before = stack.pool().waiting();
    List<RawCall> more = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      more.add(call(idPrefix + i, 8));
    }
    awaitWaiting(before + count);
    return more;
  }

  void awaitWaiting(long count) {
    Http.await(Duration.ofSeconds(20), () -> stack.pool().waiting() == count, () -> "expected " + count + " waiting: " + stack.pool());
  }

  private RawCall call(String id, int maxTokens) {
    RawCall call = RawCall.send(stack, new RawCall.Ask(ACCOUNT, id, maxTokens, false));
    calls.add(call);
    return call;
  }

  /** Starts to read the answers of all these calls at once. */
  List<CompletableFuture<RawCall.Answer>> read(List<RawCall> of) {
    return of.stream().map(call -> CompletableFuture.supplyAsync(call::answer, readers)).toList();
  }

  /** The answers, each of which must come within the patience of a call. */
  static List<RawCall.Answer> all(List<CompletableFuture<RawCall.Answer>> answers) {
    return answers.stream().map(WaitingRoom::one).toList();
  }

  private static RawCall.Answer one(CompletableFuture<RawCall.Answer> answer) {
    try {
      return answer.get(60, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("a waiter got no answer", e);
    }
  }

  /** The provider's truth. */
  SimState provider() {
    return JSON.readValue(Http.get(stack.simulator(PROVIDER).resolve("/sim/state")).body(), SimState.class);
  }

  /** The ids of the last thousand requests that reached the provider. */
  List<String> idsAtProvider() {
    List<String> ids = new ArrayList<>();
    for (var request : JSON.readTree(Http.get(stack.simulator(PROVIDER).resolve("/sim/requests")).body()).values()) {
      for (var header : request.get("headers").values()) {
        header.properties().stream()
            .filter(entry -> entry.getKey().equalsIgnoreCase(RawCall.ID))
            .forEach(entry -> ids.add(entry.getValue().stringValue()));
      }
    }
    return ids;
  }

  @Override
  public void close() {
    calls.forEach(RawCall::close);
    readers.shutdownNow();
    stack.close();
  }
}
