// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

import dev.sluice.plugin.config.GuardKeys.Fitting;
import dev.sluice.plugin.config.GuardKeys.Hook;
import dev.sluice.plugin.config.GuardKeys.Model;
import dev.sluice.plugin.context.ContextPolicy;
import dev.sluice.plugin.context.ContextTerms;
import dev.sluice.plugin.context.Strategy;
import dev.sluice.plugin.hook.Proof;
import dev.sluice.plugin.hook.WebhookSettings;
import dev.sluice.routing.config.Key;
import dev.sluice.routing.config.Problems;
import dev.sluice.routing.config.Secret;
import dev.sluice.routing.config.Surroundings;
import dev.sluice.routing.config.Values;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Makes settings of the context guard of their values. Immutable. */
final class GuardBinder {
  private GuardBinder() {}

  /** The secrets of webhooks, or what is wrong with them. */
  record Secrets(Optional<Secret> hook, Optional<Secret> fitting) {
    static Secrets of(Values root, Surroundings surroundings, Problems problems) {
      return new Secrets(secret(hookValues(root), surroundings, problems), secret(fittingValues(root), surroundings, problems));
    }

    private static Optional<Secret> secret(Values webhook, Surroundings surroundings, Problems problems) {
      return surroundings.secret(webhook, GuardKeys.SECRET_ENV, GuardKeys.SECRET_FILE, problems);
    }
  }

  /** What must hold between the keys. */
  static void check(Values root, Problems problems) {
    Values context = contextValues(root);
    boolean called = fittingValues(root).find(GuardKeys.URL).isPresent() || !fittingValues(root).sound(GuardKeys.URL);
    needWebhook(context, called, problems);
    int levels = root.section(ConfigKeys.Scheduler.SECTION).get(ConfigKeys.Scheduler.PRIORITY_LEVELS);
    for (Values model : context.items(Model.SECTION)) {
      needWebhook(model, called, problems);
      if (model.sound(Model.LEVELS) && model.get(Model.LEVELS).stream().anyMatch(level -> level >= levels)) {
        model.refuse(Model.LEVELS, "levels from 0 to " + (levels - 1) + ", as priority_levels is " + levels, problems);
      }
    }
    proof(hookValues(root), problems);
    proof(fittingValues(root), problems);
  }

  private static void needWebhook(Values values, boolean called, Problems problems) {
    if (!called && values.sound(GuardKeys.STRATEGY) && values.find(GuardKeys.STRATEGY).filter(Strategy.CUSTOM::equals).isPresent()) {
      values.refuse(GuardKeys.STRATEGY, "reject, truncate_oldest or truncate_middle, or protection.context.webhook.url beside it", problems);
    }
  }

  /** A secret that nothing would be proved by, or an address that nobody proves himself to by what was asked for. */
  private static void proof(Values webhook, Problems problems) {
    boolean secret = webhook.written(GuardKeys.SECRET_ENV) || webhook.written(GuardKeys.SECRET_FILE);
    if (webhook.sound(GuardKeys.URL) && webhook.find(GuardKeys.URL).isEmpty() && (secret || webhook.written(GuardKeys.PROVING))) {
      problems.add(webhook.place(), webhook.path(), "no url", "url, the address to call");
    } else if (webhook.written(GuardKeys.PROVING) && !secret) {
      webhook.refuse(GuardKeys.PROVING, "secret_env or secret_file beside it", problems);
    }
  }

  private static Values contextValues(Values root) {
    return root.section(ConfigKeys.Protection.SECTION).section(GuardKeys.CONTEXT);
  }

  private static Values hookValues(Values root) {
    return root.section(ConfigKeys.Protection.SECTION).section(Hook.SECTION);
  }

  private static Values fittingValues(Values root) {
    return contextValues(root).section(Fitting.SECTION);
  }

  static SluiceConfig.ContextSettings context(Values root, Secrets secrets) {
    Values context = contextValues(root);
    List<ContextPolicy.Rule> rules =
        context.items(Model.SECTION).stream()
            .map(model -> new ContextPolicy.Rule(model.get(Model.MODEL), Set.copyOf(model.get(Model.LEVELS)), terms(model, context)))
            .toList();
    return new SluiceConfig.ContextSettings(
        new ContextPolicy(rules, terms(context, context)), context.get(GuardKeys.COUNT_DEADLINE), webhook(fittingValues(root), secrets.fitting()));
  }

  private static ContextTerms terms(Values values, Values usual) {
    return new ContextTerms(
        number(values, usual, GuardKeys.MAX_CONTEXT_LENGTH),
        pick(values, usual, GuardKeys.STRATEGY),
        pick(values, usual, GuardKeys.RESERVE_TOKENS),
        pick(values, usual, GuardKeys.MAX_OUTPUT),
        number(values, usual, GuardKeys.MAX_OUTPUT_TOKENS),
        new ContextTerms.Counting(pick(values, usual, GuardKeys.TOKENIZER), pick(values, usual, GuardKeys.MARGIN)));
  }

  private static <T> T pick(Values values, Values usual, Key<T> key) {
    return values.find(key).orElseGet(() -> usual.get(key));
  }

  private static OptionalLong number(Values values, Values usual, Key<Long> key) {
    return values.find(key).or(() -> usual.find(key)).map(OptionalLong::of).orElseGet(OptionalLong::empty);
  }

  static Optional<SluiceConfig.HookSettings> hook(Values root, Secrets secrets) {
    return webhook(hookValues(root), secrets.hook()).map(webhook -> new SluiceConfig.HookSettings(webhook, hookValues(root).get(Hook.FAIL_MODE)));
  }

  private static Optional<WebhookSettings> webhook(Values values, Optional<Secret> secret) {
    return values
        .find(GuardKeys.URL)
        .map(
            url ->
                new WebhookSettings(
                    url,
                    values.get(GuardKeys.DEADLINE),
                    Math.toIntExact(values.get(GuardKeys.MAX_ANSWER_BYTES)),
                    values.get(GuardKeys.MAX_CONCURRENT),
                    secret.map(known -> proof(values.get(GuardKeys.PROVING), known))));
  }

  private static Proof proof(GuardKeys.Proving proving, Secret secret) {
    return switch (proving) {
      case BEARER -> new Proof.Bearer(secret);
      case HMAC -> new Proof.Signature(secret);
    };
  }
}
