// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import dev.sluice.scheduler.NaivePool.NaiveWaiter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Whose turn it is, by looking at everyone. Not thread-safe. */
final class NaivePolicy {
  private static final long FLOW_LAG = 32_768;
  private static final long LANE_LAG = 65_536;
  private static final long LANE_SCALE = 65_536;

  /** Start tag of a flow's first waiter, or the finish tag of what it had last. */
  private List<Map<String, Long>> flowTags = new ArrayList<>();

  private List<Long> flowTimes = new ArrayList<>();
  private Map<Integer, Long> laneTags = new HashMap<>();
  private long laneTime;
  private long laneZeroTokens;
  private long allTokens;
  private long halvedAtNanos;
  private final NaiveUse use;
  private SchedulerConfig config;

  NaivePolicy(SchedulerConfig config, NaiveUse use, long nowNanos) {
    this.config = config;
    this.use = use;
    this.halvedAtNanos = nowNanos;
    resize(config.lanes().size());
  }

  private void resize(int lanes) {
    while (flowTags.size() > lanes) {
      flowTags.removeLast();
      flowTimes.removeLast();
    }
    while (flowTags.size() < lanes) {
      flowTags.add(new HashMap<>());
      flowTimes.add(0L);
    }
  }

  private int weight(int lane) {
    return config.lanes().get(lane).weight();
  }

  void reconfigure(SchedulerConfig next, long nowNanos) {
    boolean same = next.policy() == config.policy()
        && next.lanes().stream().map(LaneConfig::weight).toList().equals(config.lanes().stream().map(LaneConfig::weight).toList())
        && next.starvationTimeoutNanos().equals(config.starvationTimeoutNanos())
        && next.laneZeroSharePercent() == config.laneZeroSharePercent();
    config = next;
    if (!same) {
      laneTags = new HashMap<>();
      laneTime = 0;
      laneZeroTokens = 0;
      allTokens = 0;
      halvedAtNanos = nowNanos;
    }
    resize(next.lanes().size());
  }

  /** A waiter joins; {@code others} are those that wait already. */
  void joined(NaiveWaiter waiter, List<NaiveWaiter> others) {
    if (others.stream().noneMatch(other -> other.lane == waiter.lane)) {
      laneTags.merge(waiter.lane, laneTime, Math::max);
    }
    if (others.stream().noneMatch(other -> other.lane == waiter.lane && other.flow().equals(waiter.flow()))) {
      long level = heads(others, 0).stream()
          .filter(head -> head.lane == waiter.lane && head.mask == waiter.mask)
          .mapToLong(this::tag)
          .min()
          .orElse(Long.MAX_VALUE);
      flowTags.get(waiter.lane).merge(waiter.flow(), Math.min(level, flowTimes.get(waiter.lane)), Math::max);
    }
  }

  /** A waiter left; {@code others} still wait. */
  void left(NaiveWaiter waiter, List<NaiveWaiter> others) {
    if (others.stream().noneMatch(other -> other.lane == waiter.lane)) {
      flowTags.get(waiter.lane).clear();
    }
  }

  /** The first of every flow, in order of arrival, of those that may use an account outside {@code claimed}. */
  private static List<NaiveWaiter> heads(List<NaiveWaiter> waiters, int claimed) {
    List<NaiveWaiter> heads = new ArrayList<>();
    for (int i = 0; i < waiters.size(); i++) {
      NaiveWaiter waiter = waiters.get(i);
      boolean first = true;
      for (int j = 0; j < i && first; j++) {
        first = waiters.get(j).lane != waiter.lane || !waiters.get(j).flow().equals(waiter.flow());
      }
      if (first && (waiter.mask & ~claimed) != 0) {
        heads.add(waiter);
      }
    }
    return heads;
  }

  private long tag(NaiveWaiter waiter) {
    return flowTags.get(waiter.lane).get(waiter.flow());
  }

  private void lift(List<NaiveWaiter> heads) {
    for (NaiveWaiter head : heads) {
      long least = tag(head);
      for (NaiveWaiter other : heads) {
        least = other.lane == head.lane && other.mask == head.mask ? Math.min(least, tag(other)) : least;
      }
      long lift = Math.max(0, flowTimes.get(head.lane) - least - FLOW_LAG);
      for (NaiveWaiter other : lift > 0 ? heads : List.<NaiveWaiter>of()) {
        if (other.lane == head.lane && other.mask == head.mask) {
          flowTags.get(other.lane).merge(other.flow(), lift, Long::sum);
        }
      }
    }
  }

  /** The best of each lane, the most important lane first. */
  private List<NaiveWaiter> best(List<NaiveWaiter> heads) {
    List<NaiveWaiter> best = new ArrayList<>();
    for (int lane = 0; lane < config.lanes().size(); lane++) {
      NaiveWaiter least = null;
      for (NaiveWaiter head : heads) {
        if (head.lane == lane && (least == null || tag(head) < tag(least))) {
          least = head;
        }
      }
      if (least != null) {
        best.add(least);
      }
    }
    return best;
  }

  Optional<NaiveWaiter> next(List<NaiveWaiter> waiters, int claimed, long nowNanos) {
    List<NaiveWaiter> heads = heads(waiters, claimed);
    if (heads.isEmpty()) {
      return Optional.empty();
    }
    lift(heads);
    List<NaiveWaiter> candidates = best(heads);
    return switch (config.policy()) {
      case STRICT -> starving(heads, nowNanos).or(() -> candidates.stream().findFirst());
      case WEIGHTED -> weighted(candidates);
      case HYBRID -> use.scarce ? byPlaces(candidates) : hybrid(candidates);
    };
  }

  private Optional<NaiveWaiter> starving(List<NaiveWaiter> heads, long nowNanos) {
    return config.starvationTimeoutNanos().isEmpty()
        ? Optional.empty()
        : heads.stream()
            .filter(waiter -> weight(waiter.lane) > 0)
            .filter(waiter -> nowNanos - waiter.arrivalNanos > config.starvationTimeoutNanos().getAsLong())
            .min(Comparator.comparing(waiter -> waiter.sequence));
  }

  private Optional<NaiveWaiter> weighted(List<NaiveWaiter> candidates) {
    Optional<NaiveWaiter> withWeight = candidates.stream()
        .filter(waiter -> weight(waiter.lane) > 0)
        .min(Comparator.comparing((NaiveWaiter waiter) -> laneTag(waiter.lane)).thenComparing(waiter -> waiter.lane));
    return withWeight.or(() -> candidates.stream().findFirst());
  }

  private long laneTag(int lane) {
    return Math.max(laneTags.getOrDefault(lane, 0L), laneTime - LANE_LAG * LANE_SCALE);
  }

  private Optional<NaiveWaiter> hybrid(List<NaiveWaiter> candidates) {
    Optional<NaiveWaiter> first = candidates.stream().filter(waiter -> waiter.lane == 0).findFirst();
    if (first.isPresent() && laneZeroTokens * 100 <= allTokens * config.laneZeroSharePercent()) {
      return first;
    }
    return weighted(candidates.stream().filter(waiter -> waiter.lane > 0).toList()).or(() -> first);
  }

  private Optional<NaiveWaiter> byPlaces(List<NaiveWaiter> candidates) {
    long all = 0;
    for (int lane = 0; lane < SchedulerConfig.MAX_LANES; lane++) {
      all += use.recent(lane);
    }
    if (candidates.getFirst().lane == 0 && use.recent(0) * 100 <= all * config.laneZeroSharePercent()) {
      return Optional.of(candidates.getFirst());
    }
    long weights = config.lanes().stream().mapToLong(LaneConfig::weight).sum();
    List<NaiveWaiter> withWeight = candidates.stream().filter(waiter -> waiter.lane > 0 && weight(waiter.lane) > 0).toList();
    List<NaiveWaiter> owed = withWeight.stream()
        .filter(waiter -> (use.held(waiter.lane) + 1) * weights <= use.places * weight(waiter.lane))
        .toList();
    return (owed.isEmpty() ? withWeight : owed).stream()
        .min((a, b) -> Long.compare(use.recent(a.lane) * weight(b.lane), use.recent(b.lane) * weight(a.lane)))
        .or(() -> candidates.stream().filter(waiter -> waiter.lane > 0).findFirst())
        .or(() -> candidates.stream().findFirst());
  }

  /** A waiter was chosen and leaves with capacity; it is still among {@code waiters}. */
  void served(NaiveWaiter waiter, List<NaiveWaiter> waiters, long nowNanos) {
    Map<String, Long> tags = flowTags.get(waiter.lane);
    long tag = tags.get(waiter.flow());
    boolean inTurn = heads(waiters, 0).stream()
        .filter(other -> other.lane == waiter.lane && other.mask == waiter.mask)
        .allMatch(other -> tag(other) > tag || (tag(other) == tag && other.sequence >= waiter.sequence));
    if (inTurn) {
      flowTimes.set(waiter.lane, Math.max(flowTimes.get(waiter.lane), tag));
    }
    tags.put(waiter.flow(), tag + Math.max(1, waiter.request.cost().service()));
    charged(waiter.lane, waiter.request.cost().total(), nowNanos);
  }

  /** A request went through an empty room. */
  void passed(int lane, long tokens, long nowNanos) {
    laneTags.merge(lane, laneTime, Math::max);
    charged(lane, tokens, nowNanos);
  }

  private void charged(int lane, long tokens, long nowNanos) {
    while (nowNanos - halvedAtNanos >= NaiveAccount.NANO) {
      laneZeroTokens /= 2;
      allTokens /= 2;
      halvedAtNanos += NaiveAccount.NANO;
    }
    allTokens += tokens;
    laneZeroTokens += lane == 0 ? tokens : 0;
    if (weight(lane) > 0 && !(config.policy() == Policy.HYBRID && lane == 0)) {
      long start = laneTag(lane);
      laneTime = Math.max(laneTime, start);
      laneTags.put(lane, start + Math.max(1, Math.ceilDiv(tokens * LANE_SCALE, weight(lane))));
    }
  }

  /** Nobody waits in the lane after a change. */
  void emptied(int lane) {
    flowTags.get(lane).clear();
  }
}
