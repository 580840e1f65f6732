// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.overload;

import dev.sluice.t.stack.Http;
import dev.sluice.t.stack.PoolState;
import dev.sluice.t.stack.Stack;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Looks at the pools and the providers five times a second while a load runs. Thread-safe once {@link #samples} is called after the end. */
final class Watch implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();
  private static final long INTERVAL_NANOS = 200_000_000L;

  /**
   * One look.
   *
   * @param nanos when
   * @param usedTokens prompt and output tokens that the providers have processed so far
   * @param maxInFlight by provider, the most that were in flight there at once so far
   */
  record Sample(long nanos, long usedTokens, Map<String, Integer> maxInFlight, PoolState pool) {}

  private final Stack stack;
  private final Consumer<Sample> progress;
  private final List<Sample> samples = new ArrayList<>();
  private final Thread thread;
  private volatile boolean ended;

  /** A started watch that hands every look to {@code progress}. */
  Watch(Stack stack, Consumer<Sample> progress) {
    this.stack = stack;
    this.progress = progress;
    this.thread = Thread.ofPlatform().name("watch").daemon(true).unstarted(this::run);
    thread.start();
  }

  private void run() {
    long next = System.nanoTime();
    while (!ended) {
      Sample sample = look(stack);
      samples.add(sample);
      progress.accept(sample);
      next += INTERVAL_NANOS;
      long left = next - System.nanoTime();
      if (left > 0) {
        LockSupport.parkNanos(left);
      }
    }
  }

  /** One look now. */
  static Sample look(Stack stack) {
    long used = 0;
    Map<String, Integer> maxInFlight = new LinkedHashMap<>();
    for (var provider : stack.plan().providers()) {
      URI state = stack.simulator(provider.name()).resolve("/sim/state");
      JsonNode json = JSON.readTree(Http.get(state).body());
      used += json.get("promptTokens").longValue() + json.get("outputTokens").longValue();
      maxInFlight.put(provider.name(), json.get("maxInFlight").intValue());
    }
    return new Sample(System.nanoTime(), used, maxInFlight, stack.pool());
  }

  /** Every look in order; for after the end. */
  List<Sample> samples() {
    return samples;
  }

  @Override
  public void close() {
    ended = true;
    try {
      thread.join(10_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
