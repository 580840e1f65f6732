// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.usage;

import dev.sluice.plugin.dialect.Dialect;
import dev.sluice.scheduler.TokenCost;
import java.util.OptionalLong;

/**
 * What an ended request is charged, and how that is known. Immutable.
 *
 * @param actual tokens to settle the lease with
 * @param cachedTokens of the input tokens those that the provider is known to have had in its cache
 */
public record Settlement(TokenCost actual, Source source, long cachedTokens) {
  private static final ReportedUsage.Partial NOTHING_SEEN = new ReportedUsage.Partial(OptionalLong.empty(), 0, 0, false);
  private static final int CLIENT_CLOSED = 499;
  private static final int FIRST_ERROR = 400;

  /** A charge without tokens from a cache. */
  public Settlement(TokenCost actual, Source source) {
    this(actual, source, 0);
  }

  /** Where the figure comes from. A closed set, fit for a metric label. */
  public enum Source {
    /** The provider's own count in its answer. */
    REPORTED,
    /** The gateway's count in its {@code llm_*} variables. */
    LLM_VARIABLES,
    /** The estimated prompt and the bytes of the answer. */
    ESTIMATED_FROM_BYTES,
    /** The estimated prompt: the provider took the request, the caller saw nothing of the answer. */
    PROMPT_ONLY,
    /** No provider took the request, or it refused it. */
    NOTHING
  }

  /**
   * What was known of a request when it was admitted. Immutable.
   *
   * @param model name that {@link BytesPerToken} learns under
   * @param stream whether the answer was asked for as events
   * @param reserved the estimate its lease holds
   */
  public record Admitted(String model, Dialect dialect, boolean stream, TokenCost reserved) {}

  /** Decides the charge of an ended request, and lets {@code bytesPerToken} learn from it when the count is known. */
  public static Settlement of(CompletionEvent event, Admitted admitted, BytesPerToken bytesPerToken) {
    ReportedUsage usage = UsageReader.read(event.contentType(), event.body(), admitted.dialect());
    return switch (usage) {
      case ReportedUsage.Reported reported -> {
        learn(event, admitted, reported.cost(), bytesPerToken);
        yield new Settlement(reported.cost(), Source.REPORTED, reported.cachedTokens());
      }
      case ReportedUsage.Partial partial -> withoutReport(event, admitted, partial, bytesPerToken);
      case ReportedUsage.None none -> withoutReport(event, admitted, NOTHING_SEEN, bytesPerToken);
    };
  }

  private static void learn(CompletionEvent event, Admitted admitted, TokenCost cost, BytesPerToken bytesPerToken) {
    // Bytes of an answer the caller left don't belong to the count of the whole one.
    if (event.completed() && admitted.dialect().generates()) {
      bytesPerToken.learn(admitted.model(), admitted.stream(), event.bodyBytesSent(), cost.outputTokens());
    }
  }

  private static Settlement withoutReport(
      CompletionEvent event, Admitted admitted, ReportedUsage.Partial partial, BytesPerToken bytesPerToken) {
    long prompt = event.promptTokens().orElse(0);
    long completion = event.completionTokens().orElse(0);
    if (prompt > 0 || completion > 0) {
      return new Settlement(new TokenCost(bounded(prompt), bounded(completion)), Source.LLM_VARIABLES);
    }
    int status = event.status().orElse(0);
    boolean reached = !event.upstreamAddr().isEmpty();
    boolean left = status == CLIENT_CLOSED;
    if (!reached || (status >= FIRST_ERROR && !left)) {
      return new Settlement(TokenCost.ZERO, Source.NOTHING);
    }
    long input = partial.inputTokens().orElse(admitted.reserved().inputTokens());
    long output = admitted.dialect().generates() ? output(event, admitted, partial, bytesPerToken) : 0;
    Source source = output == 0 ? Source.PROMPT_ONLY : Source.ESTIMATED_FROM_BYTES;
    return new Settlement(new TokenCost(input, bounded(output)), source);
  }

  private static long output(
      CompletionEvent event, Admitted admitted, ReportedUsage.Partial partial, BytesPerToken bytesPerToken) {
    long seen = Math.max(partial.outputTokens(), partial.contentDeltas());
    if (partial.ended() && seen > 0) {
      // All of the stream was captured, so what was counted in it is better than its bytes.
      return seen;
    }
    return Math.max(seen, bytesPerToken.tokens(admitted.model(), admitted.stream(), event.bodyBytesSent()));
  }

  private static long bounded(long tokens) {
    return Math.min(tokens, TokenCost.MAX_TOKENS);
  }
}
