// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.overload;

import dev.sluice.t.load.LoadPlan;
import dev.sluice.t.load.LoadPlan.RequestShape;
import dev.sluice.t.stack.Stack;
import dev.sluice.t.stack.StackPlan;
import dev.sluice.t.stack.StackPlan.ProviderPlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The overload's numbers. Immutable.
 *
 * @param duration how long requests begin
 * @param seed of arrivals
 */
public record OverloadPlan(Duration duration, long seed) {
  /** Offered tokens per second over capacity. */
  public static final double LOAD = 1.5;

  private static final double WARM_UP_LOAD = 0.6;
  private static final Duration WARM_UP = Duration.ofSeconds(5);

  private static final int PROMPT_BYTES = 400;
  private static final int PROMPT_TOKENS = PROMPT_BYTES / 4;
  private static final int OUTPUT_TOKENS = 100;
  private static final int MAX_TOKENS = 150;
  private static final double STREAMS = 0.5;
  private static final MixedLoad LOADS =
      new MixedLoad(RequestShape.chat(StackPlan.MODEL, STREAMS, PROMPT_BYTES, MAX_TOKENS, OUTPUT_TOKENS), Duration.ofSeconds(60));
  private static final int MAX_CONCURRENT = 64;
  private static final long[] CAPACITIES = {2_500, 1_500};

  /** Tokens per second that the two providers are configured with, together. */
  public static long capacity() {
    return CAPACITIES[0] + CAPACITIES[1];
  }

  /** Two providers that could do twice what Sluice is told, so that Sluice is what limits them, and an account for each level. */
  public static StackPlan stack() {
    List<ProviderPlan> providers = new ArrayList<>();
    for (int i = 0; i < CAPACITIES.length; i++) {
      List<String> simulator =
          List.of("--tokens-per-sec", Long.toString(2 * CAPACITIES[i]), "--max-batch", Integer.toString(2 * MAX_CONCURRENT), "--step-base-ms", "8");
      providers.add(new ProviderPlan("local-" + (char) ('a' + i), CAPACITIES[i], MAX_CONCURRENT, 32_768, StackPlan.MODEL, simulator));
    }
    return StackPlan.of(providers, MixedLoad.accounts());
  }

  /** The load for a stack of {@link #stack}. */
  LoadPlan load(Stack stack) {
    return load(stack, LOAD, duration);
  }

  /** A few seconds well below the capacity, for virtual machines that have just started. */
  LoadPlan warmUp(Stack stack) {
    return load(stack, WARM_UP_LOAD, WARM_UP);
  }

  private LoadPlan load(Stack stack, double load, Duration length) {
    return LOADS.plan(stack, load * capacity() / (PROMPT_TOKENS + OUTPUT_TOKENS), length, seed);
  }
}
