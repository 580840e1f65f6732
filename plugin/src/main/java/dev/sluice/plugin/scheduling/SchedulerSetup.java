// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.scheduling;

import dev.sluice.plugin.admission.BucketTiers;
import dev.sluice.plugin.config.BucketSettings;
import dev.sluice.plugin.config.ShadowPolicy;
import dev.sluice.plugin.config.SluiceConfig;
import dev.sluice.routing.provider.ModelLimits;
import dev.sluice.routing.provider.Pace;
import dev.sluice.routing.provider.ProviderPlan;
import dev.sluice.routing.provider.ServedModel;
import dev.sluice.routing.window.InForce;
import dev.sluice.scheduler.AccountLimits;
import dev.sluice.scheduler.LaneConfig;
import dev.sluice.scheduler.LaneRules;
import dev.sluice.scheduler.LeaseLife;
import dev.sluice.scheduler.Policy;
import dev.sluice.scheduler.ProviderAccount;
import dev.sluice.scheduler.QueueBounds;
import dev.sluice.scheduler.SchedulerConfig;
import dev.sluice.scheduler.bucket.BucketRange;
import dev.sluice.scheduler.bucket.BucketRules;
import dev.sluice.scheduler.fairness.Ageing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Translates what the operator wrote into what the scheduler understands: the two know nothing of each other. */
public final class SchedulerSetup {
  private SchedulerSetup() {}

  /** The configuration as {@code windows} change it. */
  public static SchedulerConfig of(SluiceConfig config, InForce windows) {
    SluiceConfig.SchedulerSettings settings = config.scheduler();
    Optional<List<Integer>> weights = windows.weights(settings.lanes().size());
    List<LaneConfig> lanes = new ArrayList<>();
    for (SluiceConfig.LaneSettings lane : settings.lanes()) {
      int weight = weights.map(shares -> shares.get(lanes.size())).orElse(lane.weight());
      lanes.add(new LaneConfig(weight, lane.maxWait().toNanos(), lane.maxDepth(), lane.maxBytes()));
    }
    SluiceConfig.QueueSettings queue = settings.queue();
    return new SchedulerConfig(
        rules(settings),
        settings.buckets().map(SchedulerSetup::bucketLanes).orElse(lanes),
        new QueueBounds(queue.maxDepthTotal(), queue.maxBytesTotal(), queue.maxDepthPerFlow()),
        settings.displace(),
        settings.refuseWhileWaiting(),
        pools(config.providers(), windows),
        settings.buckets().map(SchedulerSetup::rules));
  }

  private static LaneRules rules(SluiceConfig.SchedulerSettings settings) {
    Policy policy =
        switch (settings.policy()) {
          case STRICT -> Policy.STRICT;
          case WEIGHTED -> Policy.WEIGHTED;
          case HYBRID -> Policy.HYBRID;
        };
    return new LaneRules(
        policy,
        settings.laneZeroSharePercent(),
        settings.laneZeroHeadroomPercent(),
        new Ageing(nanos(settings.starvationTimeout()), nanos(settings.ageingInterval())),
        shadow(settings.shadow()));
  }

  private static OptionalLong nanos(Optional<Duration> time) {
    return time.map(Duration::toNanos).map(OptionalLong::of).orElseGet(OptionalLong::empty);
  }

  private static Optional<Policy> shadow(ShadowPolicy shadow) {
    return switch (shadow) {
      case OFF -> Optional.empty();
      case STRICT -> Optional.of(Policy.STRICT);
      case WEIGHTED -> Optional.of(Policy.WEIGHTED);
      case HYBRID -> Optional.of(Policy.HYBRID);
    };
  }

  private static List<LaneConfig> bucketLanes(BucketSettings buckets) {
    SluiceConfig.LaneSettings lane = buckets.lane();
    return Collections.nCopies(
        buckets.count(), new LaneConfig(lane.weight(), lane.maxWait().toNanos(), lane.maxDepth(), lane.maxBytes()));
  }

  private static BucketRules rules(BucketSettings buckets) {
    return new BucketRules(
        buckets.shares(),
        buckets.strict(),
        buckets.maxUpgradeDistance(),
        buckets.upgradeQuotas(),
        buckets.softPreemption(),
        buckets.maxUpgradeTime().toNanos());
  }

  /** Who gets which buckets. */
  public static BucketTiers tiers(BucketSettings buckets) {
    return new BucketTiers(
        buckets.tiers().stream()
            .map(tier -> new BucketTiers.Tier(tier.tier(), tier.environment(), new BucketRange(tier.firstBucket(), tier.lastBucket())))
            .toList(),
        new BucketRange(0, buckets.count() - 1));
  }

  /** One pool a model, its providers in the order configured. */
  private static Map<String, List<ProviderAccount>> pools(List<ProviderPlan> providers, InForce windows) {
    Map<String, List<ProviderAccount>> pools = new LinkedHashMap<>();
    for (ProviderPlan provider : providers) {
      String name = provider.metadata().name();
      for (ServedModel model : provider.models()) {
        pools.computeIfAbsent(model.model(), served -> new ArrayList<>()).add(new ProviderAccount(name, limits(name, model, windows)));
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
