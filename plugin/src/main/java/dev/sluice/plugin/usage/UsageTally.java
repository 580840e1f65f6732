// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.usage;

import dev.sluice.plugin.dialect.Dialect;
import dev.sluice.scheduler.TokenCost;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Usage figures as they come in, each replacing the one before: counts in a stream are cumulative, so they are never added up.
 * Not thread-safe; confined to one reading.
 */
final class UsageTally {
  private final Dialect dialect;
  private @Nullable Long promptTokens;
  private @Nullable Long inputTokens;
  private @Nullable Long outputTokens;
  private @Nullable Long totalTokens;
  private long cacheWriteTokens;
  private long cacheReadTokens;
  private long cachedTokens;
  private long contentDeltas;
  private boolean finalUsage;
  private boolean ended;

  UsageTally(Dialect dialect) {
    this.dialect = dialect;
  }

  /** Takes one figure of a usage object; keys that aren't counts of whole requests are ignored. */
  void figure(String key, long tokens) {
    if (tokens < 0 || tokens > TokenCost.MAX_TOKENS) {
      return;
    }
    switch (key) {
      case "prompt_tokens" -> promptTokens = tokens;
      case "input_tokens" -> inputTokens = tokens;
      case "completion_tokens", "output_tokens" -> outputTokens = tokens;
      case "total_tokens" -> totalTokens = tokens;
      case "cache_creation_input_tokens" -> cacheWriteTokens = tokens;
      case "cached_tokens" -> cachedTokens = tokens;
      case "cache_read_input_tokens" -> cacheReadTokens = tokens;
      default -> {}
    }
  }

  void contentDelta() {
    contentDeltas++;
  }

  /** The figures taken so far are the provider's last word. */
  void usageIsFinal() {
    finalUsage = true;
  }

  /** The stream's own end was seen. */
  void ended() {
    ended = true;
  }

  ReportedUsage result() {
    OptionalLong input = input();
    boolean counted = outputTokens != null || totalTokens != null;
    if (input.isPresent() && counted && (finalUsage || ended)) {
      long cached = Math.min(input.getAsLong(), dialect == Dialect.ANTHROPIC_MESSAGES ? cacheReadTokens : cachedTokens);
      return new ReportedUsage.Reported(new TokenCost(input.getAsLong(), output(input.getAsLong())), cached);
    }
    if (input.isPresent() || contentDeltas > 0) {
      long output = outputTokens == null ? 0 : outputTokens;
      return new ReportedUsage.Partial(input, output, contentDeltas, ended);
    }
    return new ReportedUsage.None();
  }

  private OptionalLong input() {
    if (promptTokens != null) {
      return OptionalLong.of(promptTokens);
    }
    if (inputTokens == null) {
      return OptionalLong.empty();
    }
    // Anthropic counts what it read from and wrote to its cache beside the input; everyone else inside of it.
    long cached = dialect == Dialect.ANTHROPIC_MESSAGES ? cacheWriteTokens + cacheReadTokens : 0;
    return OptionalLong.of(Math.min(inputTokens + cached, TokenCost.MAX_TOKENS));
  }

  private long output(long input) {
    if (outputTokens != null) {
      return outputTokens;
    }
    return totalTokens == null ? 0 : Math.max(0, totalTokens - input);
  }
}
