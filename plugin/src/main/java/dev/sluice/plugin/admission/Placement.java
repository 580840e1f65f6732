// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admission;

import dev.sluice.plugin.answer.Reason;
import dev.sluice.plugin.answer.Refusal;
import dev.sluice.plugin.charge.Charges;
import dev.sluice.plugin.dialect.PromptShape;
import dev.sluice.plugin.protocol.Headers;
import dev.sluice.routing.Entitlement;
import dev.sluice.routing.Terms;
import dev.sluice.routing.provider.AllowedProviders;
import dev.sluice.routing.provider.Provider;
import dev.sluice.routing.provider.ProviderCatalog;
import dev.sluice.routing.provider.Resolution;
import dev.sluice.routing.provider.ServedModel;
import dev.sluice.routing.provider.TargetRequest;
import dev.sluice.routing.quota.Quota;
import dev.sluice.scheduler.TokenCost;
import dev.sluice.scheduler.WorkRequest;
import dev.sluice.scheduler.cost.LearnedCosts;
import dev.sluice.scheduler.cost.LearnedCosts.Asked;
import dev.sluice.scheduler.cost.LearnedCosts.Estimate;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Which pool and lane a request belongs to, what it costs, and how long it may wait. */
sealed interface Placement {
  /**
   * Fit to be submitted.
   *
   * @param asked what the request's cost was estimated from
   * @param allowed who may get it
   */
  record Placed(Resolution.Served served, String requestedModel, WorkRequest request, Asked asked, AllowedProviders allowed)
      implements Placement {
    /** What a provider is told of it. */
    TargetRequest target(Provider provider) {
      TokenCost cost = request.cost();
      return new TargetRequest(
          served.model(), requestedModel, asked.account(), request.lane(), cost.inputTokens(), cost.outputTokens(), asked.streaming(), allowed.regionsFor(provider.metadata()));
    }

    /** The same for other providers than {@code tried}, after having waited; empty if there is none. */
    Optional<Placed> without(String tried, long waitedNanos) {
      Set<String> rest = new HashSet<>(request.providers());
      if (rest.isEmpty()) {
        served.servings().forEach(serving -> rest.add(serving.provider().name()));
      }
      rest.remove(tried);
      return rest.isEmpty()
          ? Optional.empty()
          : Optional.of(new Placed(served, requestedModel, request.elsewhere(rest, waitedNanos), asked, allowed));
    }

    /** The same at the marketplace, if its own providers gave it up and it may leave them. */
    Optional<Placed> rescued(Spilling spilling) {
      Set<String> free = allowed.everybody() ? Set.of() : allowed.among(served.servings());
      return spilling.rescued(served, request, free).map(left -> new Placed(served, requestedModel, left, asked, allowed));
    }

    /** What the request is to be charged for. */
    Charges.Wish wish(Entitlement entitlement) {
      List<String> providers =
          served.servings().stream()
              .map(serving -> serving.provider().name())
              .filter(name -> request.providers().isEmpty() || request.providers().contains(name))
              .toList();
      String model = served.model().equals(ServedModel.ANY) ? requestedModel : served.model();
      return new Charges.Wish(entitlement, model, providers, request.cost());
    }
  }

  /** Not for this caller, or for nobody. */
  record Refused(Refusal refusal) implements Placement {}

  /**
   * Places a request of {@code shape}.
   *
   * @param bodyBytes what the gateway buffers for as long as the request waits
   */
  static Placement of(PromptShape shape, int bodyBytes, Headers headers, Entitlement entitlement, SchedulerConf conf, AdmissionDesk desk) {
    AdmissionDesk.Limits limits = desk.limits();
    ProviderCatalog catalog = desk.catalog().get();
    String requested = shape.model().isEmpty() ? onlyModel(catalog) : shape.model();
    if (requested.isEmpty()) {
      return new Refused(
          Refusal.of(Reason.MALFORMED_REQUEST, "The request names no model. The operator can set \"model\" for such requests on the route's ai-scheduler."));
    }
    if (!(catalog.resolve(requested) instanceof Resolution.Served served)) {
      return new Refused(Refusal.of(Reason.MODEL_NOT_FOUND, "No provider serves this model. GET /v1/models lists those that are."));
    }
    if (!entitlement.allowsModel(requested) && !entitlement.allowsModel(served.model())) {
      return new Refused(Refusal.of(Reason.MODEL_NOT_ALLOWED, "This API key may not use this model. GET /v1/models lists those it may."));
    }
    Optional<Refusal> ambiguous = CallerWishes.ambiguous(headers);
    if (ambiguous.isPresent()) {
      return new Refused(ambiguous.get());
    }
    AllowedProviders allowed = new AllowedProviders(List.of(entitlement.providers(), conf.providers()), limits.regions().get());
    Set<String> providers = allowed.everybody() ? Set.of() : allowed.among(served.servings());
    if (providers.isEmpty() && !allowed.everybody()) {
      return new Refused(Refusal.of(Reason.NO_PROVIDER));
    }
    Asked asked =
        new Asked(entitlement.account(), served.model(), shape.stream(), shape.promptTokens(), shape.maxOutputTokens(), shape.choices());
    TokenCost cost = cost(shape, asked, desk.costs(), largestContext(served));
    // Each of several answers has the context for itself, and they are made side by side.
    long longest = shape.answerTokens().isPresent() ? Math.max(shape.answerTokens().getAsLong(), cost.outputTokens()) : WorkRequest.UNBOUNDED;
    Terms terms = entitlement.terms();
    int level = CallerWishes.lane(headers, shape.serviceTier(), terms.level().orElse(limits.defaultLevel()), limits);
    int lane = limits.buckets().map(buckets -> buckets.bucket(entitlement.traits(), level, limits.levels(), 0)).orElse(level);
    long maxWaitNanos = CallerWishes.maxWaitNanos(headers, conf, terms.maxWait());
    WorkRequest request =
        new WorkRequest(entitlement.account(), lane, cost, longest, bodyBytes, maxWaitNanos, providers)
            .withExpectedOutput(desk.costs().expectedOutput(asked))
            .withFlow(terms.weight().orElse(1), terms.maxDepth().orElse(Integer.MAX_VALUE));
    Optional<WorkRequest> narrowed = desk.spilling().narrowed(served, request);
    if (narrowed.isEmpty()) {
      return new Refused(Refusal.of(Reason.NO_PROVIDER));
    }
    return new Placed(served, requested, narrowed.get(), asked, allowed);
  }

  /**
   * The prompt of a body that was not understood is a configured number, which no ratio corrects; nor does any correct what was counted. An
   * answer that nobody limited ends where the context does.
   */
  private static TokenCost cost(PromptShape shape, Asked asked, LearnedCosts costs, long context) {
    Estimate estimate = costs.estimate(asked);
    boolean certain = shape.messages() == 0 || shape.counted();
    long prompt = Math.min(certain ? shape.promptTokens() : estimate.promptTokens(), TokenCost.MAX_TOKENS);
    long room = shape.maxOutputTokens().isPresent() ? TokenCost.MAX_TOKENS : Math.max(1, context - prompt);
    return new TokenCost(prompt, Math.min(estimate.outputTokens(), room));
  }

  /** Says what the limit is and what the request would take. */
  static Refusal beyondContext(Placed placed) {
    WorkRequest request = placed.request();
    String message =
        "This model's context is at most %d tokens; the request needs about %d (%d of prompt, %d of output). Shorten the prompt or lower the output limit."
            .formatted(
                largestContext(placed.served()),
                request.contextTokens(),
                request.cost().inputTokens(),
                request.contextTokens() - request.cost().inputTokens());
    return Refusal.of(Reason.CONTEXT_LENGTH_EXCEEDED, message);
  }

  /** Says which quota is used up, and when it renews. */
  static Refusal quotaUsedUp(Quota quota) {
    String message =
        "The %s quota of this %s is used up: %s %s a %s. Wait for the next %s, or ask for a larger quota."
            .formatted(
                quota.unit().name().toLowerCase(Locale.ROOT),
                quota.scope().name().toLowerCase(Locale.ROOT),
                quota.amount().toPlainString(),
                quota.unit().name().toLowerCase(Locale.ROOT),
                quota.window().calendar().name().toLowerCase(Locale.ROOT),
                quota.window().calendar().name().toLowerCase(Locale.ROOT));
    return Refusal.of(Reason.QUOTA_EXCEEDED, message);
  }

  /** The models a caller may see, in the catalogue's order. */
  static List<String> visibleModels(ProviderCatalog catalog, Entitlement entitlement) {
    return catalog.models().stream()
        .map(Resolution.Served::model)
        .filter(model -> !model.equals(ServedModel.ANY) && entitlement.allowsModel(model))
        .toList();
  }

  /** The model that is meant where a request names none: the only one there is, or nothing. */
  private static String onlyModel(ProviderCatalog catalog) {
    List<Resolution.Served> models = catalog.models();
    return models.size() == 1 ? models.get(0).model() : "";
  }

  private static long largestContext(Resolution.Served served) {
    return served.servings().stream().mapToLong(serving -> serving.served().limits().maxContextTokens()).max().orElse(0);
  }
}
