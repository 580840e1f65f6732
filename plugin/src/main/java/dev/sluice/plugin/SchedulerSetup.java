// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin;

import dev.sluice.plugin.config.SluiceConfig;
import dev.sluice.routing.provider.LocalProvider;
import dev.sluice.routing.provider.ModelLimits;
import dev.sluice.routing.provider.Pace;
import dev.sluice.routing.provider.ServedModel;
import dev.sluice.routing.window.InForce;
import dev.sluice.scheduler.AccountLimits;
import dev.sluice.scheduler.LaneConfig;
import dev.sluice.scheduler.LeaseLife;
import dev.sluice.scheduler.Policy;
import dev.sluice.scheduler.ProviderAccount;
import dev.sluice.scheduler.QueueBounds;
import dev.sluice.scheduler.SchedulerConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Translates what the operator wrote into what the scheduler understands: the two know nothing of each other. */
final class SchedulerSetup {
  private SchedulerSetup() {}

  /** The configuration as {@code windows} change it. */
  static SchedulerConfig of(SluiceConfig config, InForce windows) {
    SluiceConfig.SchedulerSettings settings = config.scheduler();
    Optional<List<Integer>> weights = windows.weights(settings.lanes().size());
    List<LaneConfig> lanes = new ArrayList<>();
    for (SluiceConfig.LaneSettings lane : settings.lanes()) {
      int weight = weights.map(shares -> shares.get(lanes.size())).orElse(lane.weight());
      lanes.add(new LaneConfig(weight, lane.maxWait().toNanos(), lane.maxDepth(), lane.maxBytes()));
    }
    SluiceConfig.QueueSettings queue = settings.queue();
    return new SchedulerConfig(
        switch (settings.policy()) {
          case STRICT -> Policy.STRICT;
          case WEIGHTED -> Policy.WEIGHTED;
          case HYBRID -> Policy.HYBRID;
        },
        lanes,
        new QueueBounds(queue.maxDepthTotal(), queue.maxBytesTotal(), queue.maxDepthPerFlow()),
        settings.starvationTimeout().map(Duration::toNanos).map(OptionalLong::of).orElseGet(OptionalLong::empty),
        settings.laneZeroSharePercent(),
        settings.displace(),
        pools(config.providers(), windows));
  }

  /** One pool a model, its providers in the order configured. */
  private static Map<String, List<ProviderAccount>> pools(List<LocalProvider> providers, InForce windows) {
    Map<String, List<ProviderAccount>> pools = new LinkedHashMap<>();
    for (LocalProvider provider : providers) {
      for (ServedModel model : provider.models()) {
        pools.computeIfAbsent(model.model(), name -> new ArrayList<>()).add(new ProviderAccount(provider.name(), limits(provider.name(), model, windows)));
      }
    }
    return pools;
  }

  private static AccountLimits limits(String provider, ServedModel model, InForce windows) {
    ModelLimits limits = windows.limits(provider, model.model(), model.limits());
    Pace pace = model.pace();
    LeaseLife life = new LeaseLife(pace.prefillNanosPerToken(), pace.outputNanosPerToken(), pace.timeout().toNanos());
    return new AccountLimits(limits.tokensPerSecond(), limits.requestsPerSecond(), limits.maxConcurrent(), limits.maxContextTokens(), life);
  }
}
