// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.context;

import dev.sluice.plugin.admission.SchedulerFilter;
import dev.sluice.plugin.body.BodyIntake;
import dev.sluice.plugin.dialect.Dialect;
import dev.sluice.plugin.entitle.TokenRouterFilter;
import dev.sluice.plugin.filter.ConfException;
import dev.sluice.plugin.filter.EventLoopFilter;
import dev.sluice.plugin.filter.RunnerRequest;
import dev.sluice.plugin.filter.RunnerResponse;
import dev.sluice.plugin.refusal.Refusals;
import dev.sluice.plugin.refusal.RouteConf;
import dev.sluice.routing.Entitlement;
import java.util.Optional;
import org.apache.apisix.plugin.runner.HttpRequest;
import org.apache.apisix.plugin.runner.HttpResponse;
import org.apache.apisix.plugin.runner.filter.PluginFilterChain;

/**
 * The filter {@code ai-context-guard}, between {@code ai-token-router} and {@code ai-scheduler}. Thread-safe; never blocks.
 *
 * <p>Requests whose body says nothing about tokens, such as multipart, pass unguarded.
 */
public final class ContextGuardFilter implements EventLoopFilter {
  /** The name to enable on routes. */
  public static final String NAME = "ai-context-guard";

  private final GuardDesk desk;

  /** A filter that guards by {@code desk}. */
  public ContextGuardFilter(GuardDesk desk) {
    this.desk = desk;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Object configure(String json) throws ConfException {
    RouteConf.parse(json).finish();
    return new Object();
  }

  @Override
  public void filter(HttpRequest sdkRequest, HttpResponse sdkResponse, PluginFilterChain chain) {
    RunnerRequest request = (RunnerRequest) sdkRequest;
    RunnerResponse response = (RunnerResponse) sdkResponse;
    Optional<Entitlement> entitlement = request.get(TokenRouterFilter.ENTITLEMENT);
    if (entitlement.isEmpty() || !request.isFollowedBy(SchedulerFilter.NAME)) {
      // What is cut is cut by the scheduler's filter, when the request leaves.
      Refusals refusals = desk.admission().refusals();
      refusals.refuse(request, response, refusals.misconfigured(NAME + " behind " + TokenRouterFilter.NAME + " and before " + SchedulerFilter.NAME));
      chain.filter(request, response);
      return;
    }
    Dialect dialect = Dialect.of(request.getPath());
    if (dialect == Dialect.OPAQUE || BodyIntake.asksForModels(request)) {
      chain.filter(request, response);
      return;
    }
    new GuardPassage(desk, new GuardPassage.Call(request, response, chain), dialect, entitlement.get()).begin();
  }
}
