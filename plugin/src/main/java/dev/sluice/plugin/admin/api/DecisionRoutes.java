// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admin.api;

import dev.sluice.plugin.admin.api.Route.Access;
import dev.sluice.plugin.admission.AdmissionDesk;
import dev.sluice.plugin.admission.Preview;
import dev.sluice.plugin.answer.Reason;
import dev.sluice.plugin.answer.Refusal;
import dev.sluice.plugin.http.HttpAnswer;
import dev.sluice.routing.ApiKeyRouter;
import dev.sluice.routing.Entitlement;
import dev.sluice.routing.KeyStatus;
import dev.sluice.routing.Lookup;
import dev.sluice.routing.RouteDecision;
import dev.sluice.routing.provider.ModelLimits;
import dev.sluice.routing.provider.Resolution.Serving;
import dev.sluice.routing.registry.RowJson;
import dev.sluice.scheduler.WorkRequest;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code POST /v1/decision}: what would become of a request, and why. It asks what the filters ask, and submits nothing. */
final class DecisionRoutes {
  private final AdmissionDesk desk;
  private final DecisionSources sources;
  private final InstantSource wall;

  DecisionRoutes(AdmissionDesk desk, DecisionSources sources, InstantSource wall) {
    this.desk = desk;
    this.sources = sources;
    this.wall = wall;
  }

  static List<Route> of(AdmissionDesk desk, DecisionSources sources, InstantSource wall) {
    var routes = new DecisionRoutes(desk, sources, wall);
    return List.of(
        Route.blocking("POST", "/v1/decision", Access.READ, "Says where a request would be placed and what gave it its level; submits nothing.", routes::decide)
            .taking("Hypothesis")
            .answering(200, "Decision"));
  }

  private HttpAnswer decide(ApiCall call) {
    call.noQuery();
    Hypothesis asked = Hypothesis.read(call.object(false));
    Optional<Entitlement> known = asked.caller().or(() -> asked.key().flatMap(sources::key));
    if (known.isEmpty()) {
      return Problem.of(404, "no such key");
    }
    ObjectNode json = RowJson.object();
    Optional<Refusal> denied = denied(known.get());
    if (denied.isPresent()) {
      return HttpAnswer.json(200, RowJson.write(refused(json, denied.get())));
    }
    DecisionSources.InEffect effect = sources.inEffect(known.get(), asked.headers(), asked.peer());
    switch (Preview.of(desk, effect.entitlement(), asked.headers(), asked.shape())) {
      case Preview.Refused refused -> refused(json, refused.refusal());
      case Preview.Placed placed -> placed(json, placed, effect, known.get().terms().level().isPresent());
    }
    sources.quotas(effect.entitlement()).forEach(json.putArray("quotas")::add);
    return HttpAnswer.json(200, RowJson.write(json));
  }

  /** Judges status and expiry as the filter's router does. */
  private Optional<Refusal> denied(Entitlement entitlement) {
    if (entitlement.status() == KeyStatus.REVOKED) {
      return Optional.of(Refusal.of(Reason.UNKNOWN_KEY, "The API key was revoked; who sends it is told that it is not known."));
    }
    return switch (ApiKeyRouter.judge(new Lookup.Hit(entitlement), wall.instant())) {
      case RouteDecision.Denied denied ->
          Optional.of(
              Refusal.of(
                  switch (denied.reason()) {
                    case UNKNOWN -> Reason.UNKNOWN_KEY;
                    case EXPIRED -> Reason.EXPIRED_KEY;
                    case SUSPENDED -> Reason.ACCOUNT_SUSPENDED;
                  }));
      case RouteDecision.Entitled entitled -> Optional.empty();
      case RouteDecision.Unavailable unavailable -> Optional.of(Refusal.of(Reason.STORES_DOWN));
      case RouteDecision.Busy busy -> Optional.of(Refusal.of(Reason.STORES_DOWN));
      case RouteDecision.Pending pending -> throw new IllegalStateException("a pending answer (expected: the judgement of one that came)");
    };
  }

  private static ObjectNode refused(ObjectNode json, Refusal refusal) {
    json.put("outcome", "refused");
    json.put("reason", refusal.reason().name().toLowerCase(Locale.ROOT));
    json.put("message", refusal.message());
    return json;
  }

  private static void placed(ObjectNode json, Preview.Placed placed, DecisionSources.InEffect effect, boolean ownLevel) {
    WorkRequest request = placed.request();
    json.put("outcome", "placed");
    json.put("lane", request.lane());
    ArrayNode because = json.putArray("because");
    for (Preview.Step step : steps(placed, effect, ownLevel)) {
      because.addObject().put("source", step.source()).put("level", step.level());
    }
    json.put("flow", request.flow());
    json.put("pool", placed.served().model());
    json.put("input_tokens", request.cost().inputTokens());
    json.put("expected_output_tokens", request.cost().outputTokens());
    json.put("max_wait_ms", request.maxWaitNanos() / 1_000_000);
    ObjectNode terms = json.putObject("terms");
    effect.entitlement().terms().weight().ifPresent(weight -> terms.put("weight", weight));
    effect.entitlement().terms().tokensPerSecond().ifPresent(rate -> terms.put("tokens_per_second", rate));
    effect.entitlement().terms().requestsPerSecond().ifPresent(rate -> terms.put("requests_per_second", rate));
    effect.entitlement().terms().maxDepth().ifPresent(depth -> terms.put("max_depth", depth));
    effect.entitlement().terms().maxWait().ifPresent(wait -> terms.put("max_wait_ms", wait.toMillis()));
    effect.entitlement().terms().quotaMultiplier().ifPresent(factor -> terms.put("quota_multiplier", factor));
    ArrayNode providers = json.putArray("providers");
    for (Serving serving : placed.served().servings()) {
      ModelLimits limits = serving.served().limits();
      boolean allowed = request.providers().isEmpty() || request.providers().contains(serving.provider().name());
      providers
          .addObject()
          .put("provider", serving.provider().name())
          .put("allowed", allowed)
          .put("fits_context", request.contextTokens() <= limits.maxContextTokens())
          .put("max_tokens_per_sec", limits.tokensPerSecond())
          .put("max_rps", limits.requestsPerSecond())
          .put("max_concurrent", limits.maxConcurrent())
          .put("max_context_length", limits.maxContextTokens());
    }
  }

  /** What the sources know of the level goes first; without that, terms that are the key's own are called so. */
  private static List<Preview.Step> steps(Preview.Placed placed, DecisionSources.InEffect effect, boolean ownLevel) {
    var steps = new ArrayList<>(effect.steps());
    for (Preview.Step step : placed.steps()) {
      boolean terms = step.source().equals("terms");
      if (!terms || steps.isEmpty()) {
        steps.add(terms && ownLevel ? new Preview.Step("key", step.level()) : step);
      }
    }
    return steps;
  }
}
