// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import dev.sluice.scheduler.bucket.Buckets;
import dev.sluice.scheduler.fairness.AgedOrder;
import dev.sluice.scheduler.fairness.GatedOrder;
import dev.sluice.scheduler.fairness.HybridOrder;
import dev.sluice.scheduler.fairness.LaneOrder;
import dev.sluice.scheduler.fairness.ShadowedOrder;
import dev.sluice.scheduler.fairness.StrictOrder;
import dev.sluice.scheduler.fairness.WeightedOrder;
import dev.sluice.scheduler.share.LaneUse;
import dev.sluice.scheduler.waiting.Bounds;
import dev.sluice.scheduler.waiting.Bounds.Bound;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What a configuration means to the waiting room. */
final class Rules {
  private Rules() {}

  /** The buckets of a pool; null without. A pool that is retired has no provider and needs none. */
  static @Nullable Buckets buckets(SchedulerConfig config, PoolAccounts accounts, long nowNanos) {
    return config.buckets().isEmpty() || accounts.size() == 0
        ? null
        : new Buckets(config.buckets().get(), accounts.tokensPerSecond(), nowNanos);
  }

  static Bounds bounds(SchedulerConfig config) {
    return new Bounds(
        config.lanes().stream().map(lane -> new Bound(lane.maxRequests(), lane.maxBytes())).toList(),
        new Bound(config.bounds().maxRequests(), config.bounds().maxBytes()),
        config.bounds().maxRequestsPerFlow());
  }

  /** The order of lanes; {@code buckets} are those of the pool, if it has any. */
  static LaneOrder order(SchedulerConfig config, @Nullable Buckets buckets, LaneUse use, ShadowedOrder.Listener shadowed, long nowNanos) {
    LaneRules rules = config.rules();
    LaneOrder order = aged(rules, buckets == null ? order(config, rules.policy(), use, nowNanos) : new GatedOrder(buckets));
    return rules.shadow().isEmpty()
        ? order
        : new ShadowedOrder(order, aged(rules, order(config, rules.shadow().get(), use, nowNanos)), shadowed);
  }

  private static LaneOrder aged(LaneRules rules, LaneOrder order) {
    return rules.ageing().isOff() ? order : new AgedOrder(order, rules.ageing());
  }

  private static LaneOrder order(SchedulerConfig config, Policy policy, LaneUse use, long nowNanos) {
    return switch (policy) {
      case STRICT -> new StrictOrder();
      case WEIGHTED -> new WeightedOrder(weights(config));
      case HYBRID -> new HybridOrder(weights(config), config.rules().laneZeroSharePercent(), use, nowNanos);
    };
  }

  /** True if both mean the same order of lanes, whose memory then carries over. */
  static boolean sameOrder(SchedulerConfig a, SchedulerConfig b) {
    return a.buckets().equals(b.buckets())
        && a.rules().withHeadroom(0).equals(b.rules().withHeadroom(0))
        && Arrays.equals(weights(a), weights(b));
  }

  private static int[] weights(SchedulerConfig config) {
    return config.lanes().stream().mapToInt(LaneConfig::weight).toArray();
  }
}
