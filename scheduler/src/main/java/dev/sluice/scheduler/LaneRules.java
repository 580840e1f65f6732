// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import dev.sluice.scheduler.fairness.Ageing;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Which lane goes next. Immutable.
 *
 * @param laneZeroSharePercent under {@link Policy#HYBRID}, lane 0 goes first up to this share of dispatched tokens; 1..100
 * @param laneZeroHeadroomPercent part of each provider's capacity that other lanes leave free for lane 0; 0..50, with buckets 0
 * @param ageing what having waited is worth; both times at least 1 ms
 * @param shadow a policy that is asked beside the one in force and decides nothing; {@link SchedulerListener#shadowed} hears of it
 */
public record LaneRules(Policy policy, int laneZeroSharePercent, int laneZeroHeadroomPercent, Ageing ageing, Optional<Policy> shadow) {
  private static final int USUAL_SHARE_PERCENT = 80;

  /** A policy with a share of 80 %, and nothing else. */
  public static LaneRules of(Policy policy) {
    return new LaneRules(policy, USUAL_SHARE_PERCENT, 0, new Ageing(OptionalLong.empty(), OptionalLong.empty()), Optional.empty());
  }

  /** The same rules with another share for lane 0. */
  public LaneRules withShare(int percent) {
    return new LaneRules(policy, percent, laneZeroHeadroomPercent, ageing, shadow);
  }

  /** The same rules with another headroom for lane 0. */
  public LaneRules withHeadroom(int percent) {
    return new LaneRules(policy, laneZeroSharePercent, percent, ageing, shadow);
  }

  /** The same rules with another worth of having waited. */
  public LaneRules withAgeing(Ageing other) {
    return new LaneRules(policy, laneZeroSharePercent, laneZeroHeadroomPercent, other, shadow);
  }

  /** The same rules with a shadow. */
  public LaneRules withShadow(Policy other) {
    return new LaneRules(policy, laneZeroSharePercent, laneZeroHeadroomPercent, ageing, Optional.of(other));
  }
}
