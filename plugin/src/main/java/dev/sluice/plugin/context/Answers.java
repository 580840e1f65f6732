// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.context;

import dev.sluice.plugin.answer.Reason;
import dev.sluice.plugin.answer.Refusal;

/** What callers are told of requests that don't fit. Stateless. */
final class Answers {
  private Answers() {}

  static Refusal beyond(ContextVerdict.Beyond beyond) {
    String message =
        "This model's context is at most %d tokens; the request needs about %d (%d of prompt, %d of output). Shorten the prompt or lower the output limit."
            .formatted(beyond.limit(), beyond.prompt() + beyond.output(), beyond.prompt(), beyond.output());
    return Refusal.of(Reason.CONTEXT_LENGTH_EXCEEDED, message);
  }

  static Refusal outputTooLong(ContextVerdict.OutputTooLong output) {
    return new Refusal(
        Reason.CONTEXT_LENGTH_EXCEEDED, "Answers of this model hold at most %d tokens. Lower the output limit.".formatted(output.most()), "max_tokens");
  }
}
