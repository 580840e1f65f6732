// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin;

import dev.sluice.plugin.admission.AdmissionDesk;
import dev.sluice.plugin.config.FailMode;
import dev.sluice.plugin.config.SluiceConfig;
import dev.sluice.plugin.context.ContextGuardFilter;
import dev.sluice.plugin.context.GuardDesk;
import dev.sluice.plugin.hook.ContentHook;
import dev.sluice.plugin.hook.FittingHook;
import dev.sluice.plugin.hook.Webhook;
import dev.sluice.plugin.hook.WebhookSettings;
import dev.sluice.plugin.time.Clocks;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The context guard with its threads and webhooks, none of which is there before it is needed. Thread-safe. */
final class GuardSetup implements AutoCloseable {
  private static final int COUNTING_THREADS = 2;

  private final ThreadPoolExecutor counters;
  private final List<Webhook> webhooks = new ArrayList<>();
  private final ContextGuardFilter filter;

  GuardSetup(SluiceConfig.ProtectionSettings settings, AdmissionDesk desk, GuardDesk.Listener listener) {
    counters =
        new ThreadPoolExecutor(
            COUNTING_THREADS,
            COUNTING_THREADS,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().name("sluice-count-", 0).daemon(true).factory());
    counters.allowCoreThreadTimeOut(true);
    Optional<ContentHook> content =
        settings.hook().map(hook -> new ContentHook(webhook(hook.webhook()), hook.failMode() == FailMode.FAIL_OPEN));
    Optional<FittingHook> fitting = settings.context().fitting().map(webhook -> new FittingHook(webhook(webhook)));
    filter =
        new ContextGuardFilter(
            GuardDesk.of(
                desk, settings.context().policy(), counters, settings.context().countDeadline(), new GuardDesk.Hooks(content, fitting), listener));
  }

  private Webhook webhook(WebhookSettings settings) {
    Webhook webhook = new Webhook(settings, new Webhook.Clocks(Clocks.monotonic(), Clocks.wall()));
    webhooks.add(webhook);
    return webhook;
  }

  ContextGuardFilter filter() {
    return filter;
  }

  @Override
  public void close() {
    counters.shutdownNow();
    webhooks.forEach(Webhook::close);
  }
}
