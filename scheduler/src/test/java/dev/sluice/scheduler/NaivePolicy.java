// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import dev.sluice.scheduler.NaiveAccount.NaiveLease;
import dev.sluice.scheduler.NaivePool.NaiveWaiter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Whose turn it is, by looking at everyone. Not thread-safe. */
final class NaivePolicy {
  private static final int[] NONE = {0, 0};
  private static final long FLOW_LAG = 32_768;
  private static final long LANE_LAG = 65_536;
  private static final long LANE_SCALE = 65_536;

  /** Of a flow's waiters that goes first which would have ended first, had all begun on arrival. */
  static final Comparator<NaiveWaiter> END =
      Comparator.comparing((NaiveWaiter waiter) -> waiter.arrivalNanos + waiter.holdNanos).thenComparing(waiter -> waiter.sequence);

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
    boolean same = next.rules().policy() == config.rules().policy()
        && next.lanes().stream().map(LaneConfig::weight).toList().equals(config.lanes().stream().map(LaneConfig::weight).toList())
        && next.rules().ageing().starvationTimeoutNanos().equals(config.rules().ageing().starvationTimeoutNanos())
        && next.rules().ageing().intervalNanos().equals(config.rules().ageing().intervalNanos())
        && next.rules().laneZeroSharePercent() == config.rules().laneZeroSharePercent();
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
      long level = heads(others, NONE).stream()
          .filter(head -> head.lane == waiter.lane && head.mask == waiter.mask)
          .min(Comparator.comparing(this::turn))
          .map(this::tag)
          .orElse(Long.MAX_VALUE);
      flowTags.get(waiter.lane).merge(waiter.flow(), Math.min(level, flowTimes.get(waiter.lane)), Math::max);
    }
  }

  /** A waiter left; {@code others} still wait. */
  void left(NaiveWaiter waiter, List<NaiveWaiter> others) {
    if (others.stream().noneMatch(other -> other.lane == waiter.lane)) {
      flowTags.get(waiter.lane).clear();
    }
    forget(waiter.lane, others);
  }

  /** Debts lapse that are behind every level at which a flow could join. */
  void forget(int lane, List<NaiveWaiter> waiters) {
    if (waiters.stream().anyMatch(waiter -> waiter.lane == lane)) {
      long floor = floor(lane, waiters);
      flowTags.get(lane).entrySet().removeIf(debt ->
          debt.getValue() <= floor && waiters.stream().noneMatch(waiter -> waiter.lane == lane && waiter.flow().equals(debt.getKey())));
    }
  }

  /** The least level at which a flow could join a lane with waiters. */
  private long floor(int lane, List<NaiveWaiter> waiters) {
    long least = nextByMask(heads(waiters, NONE).stream().filter(head -> head.lane == lane).toList()).stream()
        .mapToLong(head -> tag(head.orElseThrow()))
        .min()
        .orElseThrow();
    return Math.min(least, flowTimes.get(lane));
  }

  /** A lease of the lane ended and used other than expected. */
  void corrected(NaiveLease grant, TokenCost actual, List<NaiveWaiter> waiters) {
    if (grant.lane() >= flowTags.size() || waiters.stream().noneMatch(waiter -> waiter.lane == grant.lane())) {
      return;
    }
    WorkRequest request = grant.request();
    long service = actual.service() - service(request);
    if (service == 0) {
      return;
    }
    Map<String, Long> tags = flowTags.get(grant.lane());
    boolean waits = waiters.stream().anyMatch(waiter -> waiter.lane == grant.lane() && waiter.flow().equals(request.flow()));
    if (!waits) {
      tags.merge(request.flow(), floor(grant.lane(), waiters), Math::max);
    }
    long tag = tags.get(request.flow());
    boolean credit = waits && service < 0;
    tags.put(request.flow(), credit ? Math.max(tag + service, Math.min(tag, flowTimes.get(grant.lane()) - FLOW_LAG)) : tag + service);
    forget(grant.lane(), waiters);
  }

  private static long service(WorkRequest request) {
    return request.cost().inputTokens() + 2 * request.expectedOutputTokens();
  }

  /** The first of every flow, in order of arrival, of those that may use an account outside {@code claimed}: by lane 0, by the others. */
  private static List<NaiveWaiter> heads(List<NaiveWaiter> waiters, int[] claimed) {
    List<NaiveWaiter> heads = new ArrayList<>();
    for (int i = 0; i < waiters.size(); i++) {
      NaiveWaiter waiter = waiters.get(i);
      boolean first = true;
      for (int j = 0; j < waiters.size() && first; j++) {
        NaiveWaiter other = waiters.get(j);
        first = j == i || other.lane != waiter.lane || !other.flow().equals(waiter.flow()) || END.compare(waiter, other) < 0;
      }
      if (first && (waiter.mask & ~claimed[waiter.lane == 0 ? 0 : 1]) != 0) {
        heads.add(waiter);
      }
    }
    return heads;
  }

  /** Who goes first in the lane has the least of these; of equals who came first. */
  private long turn(NaiveWaiter waiter) {
    return tag(waiter) + waiter.deference;
  }

  private long tag(NaiveWaiter waiter) {
    return flowTags.get(waiter.lane).get(waiter.flow());
  }

  /** A waiter of the lane was served and has left; flows whose accounts are slow may not lag further behind. */
  void lift(int lane, List<NaiveWaiter> waiters) {
    List<NaiveWaiter> heads = heads(waiters, NONE).stream().filter(head -> head.lane == lane).toList();
    for (Optional<NaiveWaiter> next : nextByMask(heads)) {
      long lift = Math.max(0, flowTimes.get(lane) - tag(next.orElseThrow()) - FLOW_LAG);
      heads.stream()
          .filter(head -> head.mask == next.orElseThrow().mask)
          .forEach(head -> flowTags.get(lane).merge(head.flow(), lift, Long::sum));
    }
  }

  /** Of the heads of one lane, the next of each mask. */
  private Collection<Optional<NaiveWaiter>> nextByMask(List<NaiveWaiter> heads) {
    return heads.stream()
        .collect(Collectors.groupingBy(head -> head.mask, Collectors.minBy(Comparator.comparing(this::turn))))
        .values();
  }

  /** The best of each lane, the most important lane first. */
  private List<NaiveWaiter> best(List<NaiveWaiter> heads) {
    List<NaiveWaiter> best = new ArrayList<>();
    for (int lane = 0; lane < config.lanes().size(); lane++) {
      NaiveWaiter least = null;
      for (NaiveWaiter head : heads) {
        if (head.lane == lane && (least == null || turn(head) < turn(least))) {
          least = head;
        }
      }
      if (least != null) {
        best.add(least);
      }
    }
    return best;
  }

  Optional<NaiveWaiter> next(List<NaiveWaiter> waiters, int[] claimed, long nowNanos) {
    List<NaiveWaiter> heads = heads(waiters, claimed);
    if (heads.isEmpty()) {
      return Optional.empty();
    }
    NaiveWaiter pick = pick(best(heads)).orElseThrow();
    return starving(heads, nowNanos).or(() -> aged(heads, pick, nowNanos)).or(() -> Optional.of(pick));
  }

  private Optional<NaiveWaiter> pick(List<NaiveWaiter> candidates) {
    return switch (config.rules().policy()) {
      case STRICT -> candidates.stream().findFirst();
      case WEIGHTED -> weighted(candidates);
      case HYBRID -> use.scarce ? byPlaces(candidates) : hybrid(candidates);
    };
  }

  private Optional<NaiveWaiter> starving(List<NaiveWaiter> heads, long nowNanos) {
    return config.rules().ageing().starvationTimeoutNanos().isEmpty()
        ? Optional.empty()
        : heads.stream()
            .filter(waiter -> nowNanos - waiter.arrivalNanos > config.rules().ageing().starvationTimeoutNanos().getAsLong())
            .min(Comparator.comparing(waiter -> waiter.sequence));
  }

  /** Of those who have aged past everybody the oldest; else of those who have aged past the pick's lane from a worse one the best. */
  private Optional<NaiveWaiter> aged(List<NaiveWaiter> heads, NaiveWaiter pick, long nowNanos) {
    if (config.rules().ageing().intervalNanos().isEmpty()) {
      return Optional.empty();
    }
    List<NaiveWaiter> bySequence = heads.stream().sorted(Comparator.comparing(waiter -> waiter.sequence)).toList();
    for (int lane = -1; lane < pick.lane; lane++) {
      for (NaiveWaiter waiter : bySequence) {
        long intervals = waiter.lane - lane;
        boolean there = intervals > 0 && nowNanos - waiter.arrivalNanos >= intervals * config.rules().ageing().intervalNanos().getAsLong();
        if (there && (lane == -1 || waiter.lane > pick.lane)) {
          return Optional.of(waiter);
        }
      }
    }
    return Optional.empty();
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
    if (first.isPresent() && laneZeroTokens * 100 <= allTokens * config.rules().laneZeroSharePercent()) {
      return first;
    }
    return weighted(candidates.stream().filter(waiter -> waiter.lane > 0).toList()).or(() -> first);
  }

  private Optional<NaiveWaiter> byPlaces(List<NaiveWaiter> candidates) {
    long all = 0;
    for (int lane = 0; lane < SchedulerConfig.MAX_LANES; lane++) {
      all += use.recent(lane);
    }
    if (candidates.getFirst().lane == 0 && use.recent(0) * 100 <= all * config.rules().laneZeroSharePercent()) {
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
    long turn = turn(waiter);
    boolean inTurn = heads(waiters, NONE).stream()
        .filter(other -> other.lane == waiter.lane && other.mask == waiter.mask)
        .allMatch(other -> turn(other) > turn || (turn(other) == turn && other.sequence >= waiter.sequence));
    if (inTurn) {
      flowTimes.set(waiter.lane, Math.max(flowTimes.get(waiter.lane), tag));
    }
    tags.put(waiter.flow(), tag + Math.max(1, service(waiter.request)));
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
    if (weight(lane) > 0 && !(config.rules().policy() == Policy.HYBRID && lane == 0)) {
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
