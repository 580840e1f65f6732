// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.provider.local;

import dev.sluice.routing.provider.Credentials;
import dev.sluice.routing.provider.Destination;
import dev.sluice.routing.provider.DispatchListener;
import dev.sluice.routing.provider.Probe;
import dev.sluice.routing.provider.Provider;
import dev.sluice.routing.provider.ProviderHealth;
import dev.sluice.routing.provider.ProviderMetadata;
import dev.sluice.routing.provider.ServedModel;
import dev.sluice.routing.provider.TargetAnswer;
import dev.sluice.routing.provider.TargetRequest;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** A provider that the operator configured: an upstream of the gateway, whose capacity is what was written. Thread-safe. */
public final class LocalProvider implements Provider {
  private static final TargetAnswer CLOSED = new TargetAnswer.NotNow("closed", Duration.ZERO);
  private static final TargetAnswer UNKNOWN = new TargetAnswer.NotNow("does not serve the model", Duration.ZERO);
  private static final TargetAnswer ELSEWHERE = new TargetAnswer.NotNow("not in a region the request may go to", Duration.ZERO);

  private final LocalPlan plan;
  private final Map<String, ServedModel> served = new HashMap<>();
  private volatile boolean closed;

  LocalProvider(LocalPlan plan) {
    this.plan = plan;
    plan.models().forEach(model -> served.put(model.model(), model));
  }

  @Override
  public ProviderMetadata metadata() {
    return plan.metadata();
  }

  @Override
  public List<ServedModel> models() {
    return plan.models();
  }

  @Override
  public ProviderHealth health() {
    return ProviderHealth.UP;
  }

  @Override
  public void target(TargetRequest request, Consumer<TargetAnswer> answer) {
    answer.accept(answer(request));
  }

  private TargetAnswer answer(TargetRequest request) {
    ServedModel model = served.get(request.model());
    if (closed || model == null) {
      return closed ? CLOSED : UNKNOWN;
    }
    if (!plan.metadata().resides(request.regions())) {
      return ELSEWHERE;
    }
    return new TargetAnswer.Send(
        new Destination(
            name(), plan.credentials(), plan.target(), model.upstreamName(request.requestedModel()), plan.requestStreamUsage(), DispatchListener.NONE));
  }

  @Override
  public Optional<Probe> probe() {
    return plan.probe();
  }

  /** How requests prove themselves to it. */
  public Credentials credentials() {
    return plan.credentials();
  }

  @Override
  public void refresh() {
    plan.credentials().refresh();
  }

  @Override
  public void close() {
    closed = true;
  }

  @Override
  public String toString() {
    return "LocalProvider[" + name() + "]";
  }
}
