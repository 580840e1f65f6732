// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.dialect;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * What scheduling needs to know of a request body: sizes, limits and names, no text. Immutable.
 *
 * @param model model name as the caller wrote it; 1..256 characters, no control characters
 * @param stream whether the answer is asked for as server-sent events
 * @param usageRequested whether the body sets {@code stream_options.include_usage}
 * @param promptTokens tokens of all input; at least 0
 * @param maxOutputTokens the most the answer may hold: the largest limit given times {@code choices}; empty when the caller
 *     gave none; 0 for embeddings
 * @param choices answers generated: the larger of {@code n} and {@code best_of}, for each prompt of a batch; at least 1
 * @param messages messages, input items or prompts; at least 0
 * @param serviceTier {@code service_tier} as the caller wrote it; at most 64 characters, no control characters
 * @param tools whether the request offers tools or functions
 * @param counted whether {@code promptTokens} was counted by a tokenizer, not estimated
 */
public record PromptShape(
    String model,
    boolean stream,
    boolean usageRequested,
    long promptTokens,
    OptionalLong maxOutputTokens,
    int choices,
    int messages,
    Optional<String> serviceTier,
    boolean tools,
    boolean counted) {
  /** The same with its input counted. */
  public PromptShape countedAs(long tokens) {
    return new PromptShape(model, stream, usageRequested, tokens, maxOutputTokens, choices, messages, serviceTier, tools, true);
  }

  /** The same with the output of each answer limited to {@code tokens}. */
  public PromptShape limitedTo(long tokens) {
    OptionalLong most = OptionalLong.of(tokens * choices);
    return new PromptShape(model, stream, usageRequested, promptTokens, most, choices, messages, serviceTier, tools, counted);
  }

  /** The most a single answer may hold; empty when the caller gave no limit. */
  public OptionalLong answerTokens() {
    return maxOutputTokens.isEmpty() ? maxOutputTokens : OptionalLong.of(Math.ceilDiv(maxOutputTokens.getAsLong(), choices));
  }
}
