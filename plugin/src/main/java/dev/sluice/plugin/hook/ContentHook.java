// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.hook;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Asks a webhook whether a request may be served. Thread-safe; never blocks. */
public final class ContentHook {
  private final Webhook webhook;
  private final boolean open;

  /**
   * A hook behind {@code webhook}.
   *
   * @param open whether requests are served while the webhook gives no answer
   */
  public ContentHook(Webhook webhook, boolean open) {
    this.webhook = webhook;
    this.open = open;
  }

  /**
   * Who asks for what. Immutable.
   *
   * @param path of the request
   * @param model as the caller named it
   */
  public record Subject(String path, String model, String account, String keyId) {}

  /** Whether requests are served while the webhook gives no answer. */
  public boolean open() {
    return open;
  }

  /** Asks about a request; the consumer is told exactly once, from any thread. */
  public void ask(Subject subject, byte[] request, Consumer<Webhook.Result<HookAnswer>> consumer) {
    List<Map.Entry<String, Object>> members =
        List.of(
            Map.entry("path", subject.path()), Map.entry("model", subject.model()), Map.entry("account", subject.account()), Map.entry("key", subject.keyId()));
    webhook.post(HookMessages.envelope(members, request), HookMessages::answer, consumer);
  }
}
