// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.usage;

import dev.sluice.scheduler.TokenCost;
import java.util.OptionalLong;

/** What an answer says about the tokens it used. Immutable. */
public sealed interface ReportedUsage {
  /**
   * The provider's final count.
   *
   * @param cachedTokens of the input tokens those that the provider had in its cache
   */
  record Reported(TokenCost cost, long cachedTokens) implements ReportedUsage {
    /** A count of which nothing came from a cache. */
    public Reported(TokenCost cost) {
      this(cost, 0);
    }
  }

  /**
   * Parts of an answer whose final count is missing: a stream cut short, or one that reports no usage.
   *
   * @param inputTokens prompt tokens, if the answer began with them
   * @param outputTokens the last cumulative count of generated tokens seen, 0 for none
   * @param contentDeltas pieces of content seen; a provider sends one or a few tokens in each
   * @param ended whether the stream's own end was seen, so that nothing is missing but the count
   */
  record Partial(OptionalLong inputTokens, long outputTokens, long contentDeltas, boolean ended) implements ReportedUsage {}

  /** Nothing that can be read: an error page, another media type, an encoded or empty body. */
  record None() implements ReportedUsage {}
}
