// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admission;

import dev.sluice.plugin.dialect.Dialect;
import dev.sluice.plugin.entitle.TokenRouterFilter;
import dev.sluice.plugin.filter.ConfException;
import dev.sluice.plugin.filter.EventLoopFilter;
import dev.sluice.plugin.filter.RunnerRequest;
import dev.sluice.plugin.filter.RunnerResponse;
import dev.sluice.routing.Entitlement;
import java.util.Optional;
import org.apache.apisix.plugin.runner.HttpRequest;
import org.apache.apisix.plugin.runner.HttpResponse;
import org.apache.apisix.plugin.runner.filter.PluginFilterChain;

/** The filter {@code ai-scheduler}. Thread-safe; never blocks: a request that waits is parked, not its thread. */
public final class SchedulerFilter implements EventLoopFilter {
  /** The name to enable on routes. */
  public static final String NAME = "ai-scheduler";

  private final AdmissionDesk desk;

  /** A filter that admits at {@code desk}. */
  public SchedulerFilter(AdmissionDesk desk) {
    this.desk = desk;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Object configure(String json) throws ConfException {
    return SchedulerConf.parse(json);
  }

  @Override
  public void filter(HttpRequest sdkRequest, HttpResponse sdkResponse, PluginFilterChain chain) {
    RunnerRequest request = (RunnerRequest) sdkRequest;
    RunnerResponse response = (RunnerResponse) sdkResponse;
    Optional<Entitlement> entitlement = request.get(TokenRouterFilter.ENTITLEMENT);
    if (entitlement.isEmpty()) {
      desk.refusals().refuse(request, response, desk.refusals().misconfigured(NAME + " behind " + TokenRouterFilter.NAME));
      chain.filter(request, response);
      return;
    }
    Dialect dialect = Dialect.of(request.getPath());
    new Passage(desk, new Passage.Call(request, response, chain), dialect, entitlement.get(), request.conf(SchedulerConf.class)).begin();
  }
}
