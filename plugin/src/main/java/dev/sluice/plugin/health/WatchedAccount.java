// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.health;

import dev.sluice.scheduler.Standing;
import java.util.Optional;
import java.util.OptionalDouble;

/** An account's health, what its provider offers of it, and what others were last told of both. Not thread-safe; time is passed in. */
final class WatchedAccount {
  /** Times vary; what they vary by less than this is nobody's business. */
  private static final double TOLD_CHANGE = 0.1;

  private final AccountHealth health;
  private final long patienceNanos;
  private double offered = 1;
  private String detail = "";
  private AccountHealth.State toldState = AccountHealth.State.HEALTHY;
  private Standing toldStanding = Standing.WHOLE;
  private double toldFirstByteNanos;

  /**
   * An account that is offered whole.
   *
   * @param patienceNanos how long requests wait for an account of which nothing is offered
   */
  WatchedAccount(AccountHealth health, long patienceNanos) {
    this.health = health;
    this.patienceNanos = patienceNanos;
  }

  AccountHealth health() {
    return health;
  }

  /** The provider offers this part of what is configured, from 0 to 1. */
  void offer(double part, String why) {
    offered = part;
    detail = why;
  }

  /** What the provider said of itself; empty if nothing. */
  String detail() {
    return detail;
  }

  /** Whether it is offered and answers as fast as usual. */
  boolean isQuick(long nowNanos) {
    return offered > 0 && health.isQuick(nowNanos);
  }

  /** What health and the offer leave of it. */
  Standing standing(long nowNanos) {
    Standing standing = health.standing(nowNanos);
    if (offered <= 0) {
      return new Standing(standing.scale(), standing.maxConcurrent(), Standing.NEVER_NANOS, true, patienceNanos);
    }
    return offered >= 1 ? standing : standing.times(offered);
  }

  AccountHealth.State state(long nowNanos) {
    return offered <= 0 ? AccountHealth.State.UNHEALTHY : health.state(nowNanos);
  }

  /** The standing that was told last. */
  Standing toldStanding() {
    return toldStanding;
  }

  /** The usual time to the first byte that was told last; 0 if it is not known. */
  double toldFirstByteNanos() {
    return toldFirstByteNanos;
  }

  /** The standing, if it is another one than was told; it counts as told. */
  Optional<Standing> nextStanding(long nowNanos) {
    Standing standing = standing(nowNanos);
    if (standing.equals(toldStanding)) {
      return Optional.empty();
    }
    toldStanding = standing;
    return Optional.of(standing);
  }

  /** The state, if it is another one than was told; it counts as told. */
  Optional<AccountHealth.State> nextState(long nowNanos) {
    AccountHealth.State state = state(nowNanos);
    if (state == toldState) {
      return Optional.empty();
    }
    toldState = state;
    return Optional.of(state);
  }

  /** The usual time to the first byte, if it differs enough from what was told; it counts as told. */
  OptionalDouble nextFirstByteNanos() {
    double usual = health.firstByteNanos().orElse(0);
    if (Math.abs(usual - toldFirstByteNanos) <= toldFirstByteNanos * TOLD_CHANGE) {
      return OptionalDouble.empty();
    }
    toldFirstByteNanos = usual;
    return OptionalDouble.of(usual);
  }
}
