// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.rule;

import dev.sluice.routing.Terms;
import dev.sluice.routing.config.Key;
import dev.sluice.routing.config.Kinds;
import dev.sluice.routing.config.Values;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** The keys that say on what terms requests are served. Immutable. */
public final class TermKeys {
  public static final Key<Integer> LEVEL = Key.optional("level", Kinds.whole(0, 19), "the default", "Priority, 0 first.");
  public static final Key<BigDecimal> WEIGHT =
      Key.optional("weight", Kinds.decimal("0.01", "100"), "1", "Share of the account among the accounts of its lane.");
  public static final Key<Long> TOKENS_PER_SECOND =
      Key.optional("tokens_per_second", Kinds.perSecond(1_000_000_000L), "no limit", "LLM tokens a second of one key.");
  public static final Key<Integer> REQUESTS_PER_SECOND =
      Key.optional("requests_per_second", Kinds.whole(1, 1_000_000), "no limit", "Requests a second of one key.");
  public static final Key<Integer> MAX_DEPTH =
      Key.optional("max_depth", Kinds.whole(0, 1_000_000), "`scheduler.max_queue_depth_per_flow`", "Requests of the account that may wait in one lane; the lesser counts.");
  public static final Key<Duration> MAX_WAIT =
      Key.optional("max_wait", Kinds.duration(Duration.ZERO, Duration.ofSeconds(50)), "the lane's", "Longest wait; the lesser counts.");
  public static final Key<BigDecimal> QUOTA_MULTIPLIER =
      Key.optional("quota_multiplier", Kinds.decimal("0.000001", "100000"), "1", "What the limits of quotas are multiplied by.");

  /** All but the multiplier, which a key of its own does not have. */
  public static final List<Key<?>> OF_KEYS = List.of(LEVEL, WEIGHT, TOKENS_PER_SECOND, REQUESTS_PER_SECOND, MAX_DEPTH, MAX_WAIT);

  private TermKeys() {}

  /** The terms that a section gives, whose keys are these or {@link #OF_KEYS}. */
  public static Terms terms(Values values) {
    return new Terms(
        values.find(LEVEL).map(OptionalInt::of).orElseGet(OptionalInt::empty),
        values.find(WEIGHT).map(weight -> OptionalDouble.of(weight.doubleValue())).orElseGet(OptionalDouble::empty),
        values.find(TOKENS_PER_SECOND).map(OptionalLong::of).orElseGet(OptionalLong::empty),
        values.find(REQUESTS_PER_SECOND).map(OptionalInt::of).orElseGet(OptionalInt::empty),
        values.find(MAX_DEPTH).map(OptionalInt::of).orElseGet(OptionalInt::empty),
        values.find(MAX_WAIT),
        values.find(QUOTA_MULTIPLIER));
  }
}
