// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.hook;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Asks a webhook for a request that fits in place of one that doesn't. Thread-safe; never blocks. */
public final class FittingHook {
  private final Webhook webhook;

  /** A hook behind {@code webhook}, which answers with the whole new request. */
  public FittingHook(Webhook webhook) {
    this.webhook = webhook;
  }

  /**
   * Asks about a request; the consumer is told exactly once, from any thread, and is to read what it gets as if it came from a caller.
   *
   * @param limit tokens of prompt and answer
   * @param actual what it takes, about
   */
  public void ask(String model, long limit, long actual, byte[] request, Consumer<Webhook.Result<byte[]>> consumer) {
    List<Map.Entry<String, Object>> members = List.of(Map.entry("model", model), Map.entry("limit", limit), Map.entry("actual", actual));
    webhook.post(HookMessages.envelope(members, request), answer -> answer.length == 0 ? Optional.empty() : Optional.of(answer), consumer);
  }
}
