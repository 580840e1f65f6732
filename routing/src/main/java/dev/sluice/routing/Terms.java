// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * On what terms requests are served; what is empty is left to whoever else has a say, at last the configuration. Immutable.
 *
 * @param level priority level, 0 the most important
 * @param weight share among the flows of a lane, above 0; 1 is usual
 * @param tokensPerSecond the key's own rate of LLM tokens, at least 1
 * @param requestsPerSecond the key's own rate of requests, at least 1
 * @param maxDepth requests of the account that may wait in one lane, at least 0
 * @param maxWait longest wait, not negative
 * @param quotaMultiplier what the limits of quotas are multiplied by, above 0
 */
public record Terms(
    OptionalInt level,
    OptionalDouble weight,
    OptionalLong tokensPerSecond,
    OptionalInt requestsPerSecond,
    OptionalInt maxDepth,
    Optional<Duration> maxWait,
    Optional<BigDecimal> quotaMultiplier) {
  /** Everything is left to others. */
  public static final Terms NONE =
      new Terms(
          OptionalInt.empty(),
          OptionalDouble.empty(),
          OptionalLong.empty(),
          OptionalInt.empty(),
          OptionalInt.empty(),
          Optional.empty(),
          Optional.empty());

  public Terms {
    if (level.isPresent() && level.getAsInt() < 0) {
      throw new IllegalArgumentException("level: " + level.getAsInt() + " (expected: >= 0)");
    }
    if (weight.isPresent() && !(weight.getAsDouble() > 0 && weight.getAsDouble() < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("weight: " + weight.getAsDouble() + " (expected: > 0)");
    }
    if (tokensPerSecond.isPresent() && tokensPerSecond.getAsLong() < 1) {
      throw new IllegalArgumentException("tokensPerSecond: " + tokensPerSecond.getAsLong() + " (expected: >= 1)");
    }
    if (requestsPerSecond.isPresent() && requestsPerSecond.getAsInt() < 1) {
      throw new IllegalArgumentException("requestsPerSecond: " + requestsPerSecond.getAsInt() + " (expected: >= 1)");
    }
    if (maxDepth.isPresent() && maxDepth.getAsInt() < 0) {
      throw new IllegalArgumentException("maxDepth: " + maxDepth.getAsInt() + " (expected: >= 0)");
    }
    if (maxWait.isPresent() && maxWait.get().isNegative()) {
      throw new IllegalArgumentException("maxWait: " + maxWait.get() + " (expected: >= 0)");
    }
    if (quotaMultiplier.isPresent() && quotaMultiplier.get().signum() <= 0) {
      throw new IllegalArgumentException("quotaMultiplier: " + quotaMultiplier.get() + " (expected: > 0)");
    }
  }

  /** Terms that give a level and leave everything else open. */
  public static Terms ofLevel(OptionalInt level) {
    return new Terms(
        level, NONE.weight, NONE.tokensPerSecond, NONE.requestsPerSecond, NONE.maxDepth, NONE.maxWait, NONE.quotaMultiplier);
  }

  /** These terms with another level. */
  public Terms withLevel(int other) {
    return new Terms(OptionalInt.of(other), weight, tokensPerSecond, requestsPerSecond, maxDepth, maxWait, quotaMultiplier);
  }

  /** These terms with their quota multiplier, 1 if there is none, multiplied by {@code factor}. */
  public Terms withQuotasTimes(BigDecimal factor) {
    BigDecimal product = quotaMultiplier.map(factor::multiply).orElse(factor);
    return new Terms(level, weight, tokensPerSecond, requestsPerSecond, maxDepth, maxWait, Optional.of(product));
  }

  /** These terms, with {@code other}'s where these leave something open. */
  public Terms orElse(Terms other) {
    return new Terms(
        level.isPresent() ? level : other.level,
        weight.isPresent() ? weight : other.weight,
        tokensPerSecond.isPresent() ? tokensPerSecond : other.tokensPerSecond,
        requestsPerSecond.isPresent() ? requestsPerSecond : other.requestsPerSecond,
        maxDepth.isPresent() ? maxDepth : other.maxDepth,
        maxWait.isPresent() ? maxWait : other.maxWait,
        quotaMultiplier.isPresent() ? quotaMultiplier : other.quotaMultiplier);
  }
}
