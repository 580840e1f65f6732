// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.entitle;

import dev.sluice.plugin.answer.Reason;
import dev.sluice.plugin.answer.Refusal;
import dev.sluice.plugin.filter.Attribute;
import dev.sluice.plugin.filter.ConfException;
import dev.sluice.plugin.filter.EventLoopFilter;
import dev.sluice.plugin.filter.RunnerRequest;
import dev.sluice.plugin.filter.RunnerResponse;
import dev.sluice.plugin.refusal.Refusals;
import dev.sluice.plugin.refusal.RouteConf;
import dev.sluice.routing.ApiKeyRouter;
import dev.sluice.routing.Entitlement;
import dev.sluice.routing.RouteDecision;
import java.time.InstantSource;
import java.util.Optional;
import org.apache.apisix.plugin.runner.HttpRequest;
import org.apache.apisix.plugin.runner.HttpResponse;
import org.apache.apisix.plugin.runner.filter.PluginFilterChain;

/** The filter {@code ai-token-router}. Thread-safe; never blocks. Its route configuration is an empty object. */
public final class TokenRouterFilter implements EventLoopFilter {
  /** The name to enable on routes. */
  public static final String NAME = "ai-token-router";

  /** What the caller may do; present behind this filter. */
  public static final Attribute<Entitlement> ENTITLEMENT = Attribute.of("entitlement", Entitlement.class);

  private final ApiKeyRouter keys;
  private final InstantSource wall;
  private final Refusals refusals;

  /** A filter that asks {@code keys}; {@code wall} decides which keys have expired. */
  public TokenRouterFilter(ApiKeyRouter keys, InstantSource wall, Refusals refusals) {
    this.keys = keys;
    this.wall = wall;
    this.refusals = refusals;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Object configure(String json) throws ConfException {
    RouteConf conf = RouteConf.parse(json);
    conf.finish();
    return conf;
  }

  @Override
  public void filter(HttpRequest sdkRequest, HttpResponse sdkResponse, PluginFilterChain chain) {
    RunnerRequest request = (RunnerRequest) sdkRequest;
    Optional<Refusal> refusal;
    switch (CallerKey.of(request.headers())) {
      case CallerKey.Missing missing -> refusal = Optional.of(Refusal.of(Reason.MISSING_KEY));
      case CallerKey.Unusable unusable -> refusal = Optional.of(Refusal.of(Reason.UNKNOWN_KEY));
      case CallerKey.Ambiguous ambiguous -> refusal = Optional.of(Refusal.of(Reason.AMBIGUOUS_REQUEST, ambiguous.message()));
      case CallerKey.Present present -> refusal = entitle(request, keys.route(present.key(), wall.instant())).map(Refusal::of);
    }
    if (refusal.isPresent()) {
      refusals.refuse(request, (RunnerResponse) sdkResponse, refusal.get());
    }
    chain.filter(request, sdkResponse);
  }

  /** Leaves the entitlement with the request, or says why there is none. */
  private static Optional<Reason> entitle(RunnerRequest request, RouteDecision decision) {
    return switch (decision) {
      case RouteDecision.Entitled entitled -> {
        request.put(ENTITLEMENT, entitled.entitlement());
        yield Optional.empty();
      }
      case RouteDecision.Denied denied ->
          Optional.of(
              switch (denied.reason()) {
                case UNKNOWN -> Reason.UNKNOWN_KEY;
                case REVOKED -> Reason.REVOKED_KEY;
                case EXPIRED -> Reason.EXPIRED_KEY;
                case SUSPENDED -> Reason.ACCOUNT_SUSPENDED;
              });
      case RouteDecision.Unavailable unavailable -> Optional.of(Reason.STORES_DOWN);
    };
  }
}
