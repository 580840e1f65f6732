// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.provider;

import static dev.sluice.routing.config.Kinds.duration;
import static dev.sluice.routing.config.Kinds.perSecond;
import static dev.sluice.routing.config.Kinds.whole;
import static dev.sluice.routing.config.Kinds.wholeLong;

import dev.sluice.routing.config.Key;
import dev.sluice.routing.config.Values;
import java.time.Duration;
import java.util.List;

/** The configuration's keys of what a provider can do for one model and how fast, the same for every type of provider. Immutable. */
public final class CapacityKeys {
  private static final Key<Long> MAX_TOKENS_PER_SEC =
      Key.of("max_tokens_per_sec", perSecond(1_000_000_000_000L), "10000/s", "LLM tokens a second for one model, prompt and output together.");
  private static final Key<Integer> MAX_RPS = Key.of("max_rps", whole(1, 1_000_000), "100", "Requests a second for one model.");
  private static final Key<Integer> MAX_CONCURRENT = Key.of("max_concurrent", whole(1, 1_000_000), "50", "Requests at a time for one model.");
  private static final Key<Long> MAX_CONTEXT_LENGTH =
      Key.of("max_context_length", wholeLong(1, 1_000_000_000L), "128000", "Tokens of prompt and output that one request may occupy.");
  private static final Key<Long> PREFILL_TOKENS_PER_SEC =
      Key.of("prefill_tokens_per_sec", perSecond(1_000_000_000L), "5000/s", "Prompt tokens a second of a single request.");
  private static final Key<Long> OUTPUT_TOKENS_PER_SEC =
      Key.of("output_tokens_per_sec", perSecond(1_000_000_000L), "30/s", "Output tokens a second of a single request.");
  private static final Key<Duration> TIMEOUT =
      Key.of("timeout", duration(Duration.ofSeconds(1), Duration.ofHours(24)), "10m", "How long APISIX waits for the provider: its upstream's read timeout.");

  /** All of them. */
  public static final List<Key<?>> KEYS =
      List.of(MAX_TOKENS_PER_SEC, MAX_RPS, MAX_CONCURRENT, MAX_CONTEXT_LENGTH, PREFILL_TOKENS_PER_SEC, OUTPUT_TOKENS_PER_SEC, TIMEOUT);

  private CapacityKeys() {}

  /** The same keys at a model where they may stand at the provider as well, whose values count for what the model lacks. */
  public static List<Key<?>> ofModel() {
    return KEYS.stream().<Key<?>>map(CapacityKeys::inherited).toList();
  }

  private static <T> Key<T> inherited(Key<T> key) {
    return Key.optional(key.name(), key.kind(), "the provider's", key.doc());
  }

  /**
   * What can be done for a model.
   *
   * @param provider what counts for keys that the model lacks; the model itself where it has them all
   */
  public static ModelLimits limits(Values model, Values provider) {
    return new ModelLimits(
        pick(model, provider, MAX_TOKENS_PER_SEC), pick(model, provider, MAX_RPS), pick(model, provider, MAX_CONCURRENT), pick(model, provider, MAX_CONTEXT_LENGTH));
  }

  /** How fast, from the same values. */
  public static Pace pace(Values model, Values provider) {
    return new Pace(pick(model, provider, PREFILL_TOKENS_PER_SEC), pick(model, provider, OUTPUT_TOKENS_PER_SEC), pick(model, provider, TIMEOUT));
  }

  private static <T> T pick(Values model, Values provider, Key<T> key) {
    return model.find(key).orElseGet(() -> provider.get(key));
  }
}
