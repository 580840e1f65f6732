// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.capacity;

/**
 * The capacity of one provider for one model: tokens per second, requests per second and concurrency, reserved together or not
 * at all. Not thread-safe; confined to the pool's lock.
 *
 * <p>Every granted token is at any time in exactly one place: {@code granted = settled + refunded + held + expired}.
 */
public final class Account {
  private final TokenBucket tokens;
  private final TokenBucket requests;
  private int maxConcurrent;
  private int prospectivePlaces;
  private double rateGrowth = 1;
  private int inFlight;
  private int headroomPercent;
  private Pause pause = Pause.NONE;
  private long pausedUntilNanos;

  /** Whether requests may start. */
  public enum Pause {
    /** They may. */
    NONE,
    /** They may from an instant on. */
    UNTIL,
    /** They may not. */
    FOR_GOOD
  }

  private long startedRequests;
  private long grantedTokens;
  private long settledTokens;
  private long refundedTokens;
  private long heldTokens;
  private long expiredTokens;
  private long overrunTokens;

  /** An idle account with full buckets; limits as {@link TokenBucket} takes them, concurrency at least 1. */
  public Account(long tokensPerSecond, long requestsPerSecond, int maxConcurrent, long nowNanos) {
    this.tokens = new TokenBucket(tokensPerSecond, nowNanos);
    this.requests = new TokenBucket(requestsPerSecond, nowNanos);
    this.maxConcurrent = maxConcurrent;
    this.prospectivePlaces = maxConcurrent;
  }

  /**
   * Says which part of its places, of its requests and of its tokens of a second is headroom, 0..100, each rounded up; one place at
   * least is none. Whoever leaves it free counts its places and buckets as that much emptier, but a full bucket as full.
   */
  public void headroom(int percent) {
    headroomPercent = percent;
  }

  private int places(boolean leaving) {
    return leaving ? maxConcurrent - (int) Math.min(maxConcurrent - 1L, headroomOf(maxConcurrent)) : maxConcurrent;
  }

  private long headroomOf(long limit) {
    return limit == TokenBucket.UNLIMITED ? 0 : Math.ceilDiv(limit * headroomPercent, 100L);
  }

  /** Tokens that are headroom. */
  public long headroomTokens() {
    return headroomOf(tokens.ratePerSecond());
  }

  /** Requests of a second that are headroom. */
  public long headroomRequests() {
    return headroomOf(requests.ratePerSecond());
  }

  private long requestNeed(boolean leaving) {
    return leaving ? 1 + headroomRequests() : 1;
  }

  private long tokenNeed(long cost, boolean leaving) {
    return leaving ? Saturating.add(cost, headroomTokens()) : cost;
  }

  /** True if a request of {@code cost} tokens may start now, {@code leaving} the headroom or not. */
  public boolean fits(long cost, boolean leaving, long nowNanos) {
    return shortOf(cost, leaving, nowNanos) == Dimension.NOTHING;
  }

  /**
   * Time until a request of {@code cost} tokens may start if nothing else does; {@link Long#MAX_VALUE} where only the end of a
   * running request can help.
   */
  public long readyInNanos(long cost, boolean leaving, long nowNanos) {
    if (inFlight >= places(leaving)) {
      return Long.MAX_VALUE;
    }
    long requestNanos = requests.readyInNanos(requestNeed(leaving), nowNanos);
    return Math.max(pauseNanos(nowNanos), Math.max(requestNanos, tokens.readyInNanos(tokenNeed(cost, leaving), nowNanos)));
  }

  /** What keeps a request of {@code cost} tokens from starting now: of several the first of a pause, concurrency, requests, tokens. */
  public Dimension shortOf(long cost, boolean leaving, long nowNanos) {
    if (pauseNanos(nowNanos) > 0) {
      return Dimension.PAUSE;
    }
    if (inFlight >= places(leaving)) {
      return Dimension.CONCURRENCY;
    }
    if (!requests.covers(requestNeed(leaving), nowNanos)) {
      return Dimension.REQUESTS;
    }
    return tokens.covers(tokenNeed(cost, leaving), nowNanos) ? Dimension.NOTHING : Dimension.TOKENS;
  }

  /** Changes when requests may start; the instant counts only for {@link Pause#UNTIL}. */
  public void pause(Pause newPause, long untilNanos) {
    pause = newPause;
    pausedUntilNanos = untilNanos;
  }

  /** Time until its pause is over; 0 if it has none, {@link Long#MAX_VALUE} if nobody knows. */
  public long pauseNanos(long nowNanos) {
    return switch (pause) {
      case NONE -> 0;
      case UNTIL -> Math.max(0, pausedUntilNanos - nowNanos);
      case FOR_GOOD -> Long.MAX_VALUE;
    };
  }

  /** Time before which it certainly gives nothing; the end of a running request may give back what it had taken. */
  public long leastWaitNanos(long nowNanos) {
    long pauseNanos = pause == Pause.FOR_GOOD ? 0 : pauseNanos(nowNanos);
    if (inFlight > 0) {
      return pauseNanos;
    }
    long refillNanos = Math.max(requests.readyInNanos(1, nowNanos), tokens.readyInNanos(0, nowNanos));
    return Math.max(pauseNanos, (long) (refillNanos / rateGrowth));
  }

  /** Reserves every dimension for one request; the caller has seen that it {@linkplain #fits fits}. */
  public void reserve(long cost, long nowNanos) {
    inFlight++;
    requests.take(1, nowNanos);
    tokens.take(cost, nowNanos);
    grantedTokens += cost;
    heldTokens += cost;
    startedRequests++;
  }

  /** Ends a request that used {@code actual} tokens of its {@code cost}. */
  public void settle(long cost, long actual, long nowNanos) {
    inFlight--;
    tokens.give(cost - actual, nowNanos);
    heldTokens -= cost;
    settledTokens += Math.min(cost, actual);
    refundedTokens += Math.max(0, cost - actual);
    overrunTokens += Math.max(0, actual - cost);
  }

  /** Ends a request as if it had never started. */
  public void cancel(long cost, long nowNanos) {
    inFlight--;
    requests.give(1, nowNanos);
    tokens.give(cost, nowNanos);
    heldTokens -= cost;
    refundedTokens += cost;
  }

  /** Ends a request nobody reported on; its estimate counts as spent. */
  public void expire(long cost) {
    inFlight--;
    heldTokens -= cost;
    expiredTokens += cost;
  }

  /** Changes the limits; levels stay (clamped), requests in flight above a lower limit run out by themselves. */
  public void limits(long tokensPerSecond, long requestsPerSecond, int newMaxConcurrent, long nowNanos) {
    tokens.rate(tokensPerSecond, nowNanos);
    requests.rate(requestsPerSecond, nowNanos);
    maxConcurrent = newMaxConcurrent;
    prospects(newMaxConcurrent, 1);
  }

  /**
   * Says what the limits are about to become if more is asked for, until they change. It decides nothing; forecasts go by it.
   *
   * @param places at least as many as now
   * @param growth of the rates; at least 1
   */
  public void prospects(int places, double growth) {
    prospectivePlaces = places;
    rateGrowth = growth;
  }

  /** Requests it may run at a time. */
  public int maxConcurrent() {
    return maxConcurrent;
  }

  /** Requests it may soon run at a time. */
  public int prospectivePlaces() {
    return prospectivePlaces;
  }

  /** Tokens per second that there may soon be. */
  public long prospectiveTokensPerSecond() {
    return grown(tokens.ratePerSecond());
  }

  /** Requests per second that there may soon be. */
  public long prospectiveRequestsPerSecond() {
    return grown(requests.ratePerSecond());
  }

  private long grown(long rate) {
    return rate == TokenBucket.UNLIMITED || rateGrowth == 1 ? rate : (long) (rate * rateGrowth);
  }

  /** True if no more could start than now even when its limits are what they may soon be. */
  public boolean staysSaturated() {
    return isSaturated() && maxConcurrent >= prospectivePlaces;
  }

  public int inFlight() {
    return inFlight;
  }

  /** True if only the end of a running request can let another start that leaves the headroom. */
  public boolean isSaturated() {
    return inFlight >= places(true);
  }

  /** Tokens in the bucket; negative for debt. */
  public long availableTokens(long nowNanos) {
    return tokens.available(nowNanos);
  }

  public long tokensPerSecond() {
    return tokens.ratePerSecond();
  }

  /** Requests that the rate still allows at once. */
  public long availableRequests(long nowNanos) {
    return requests.available(nowNanos);
  }

  public long requestsPerSecond() {
    return requests.ratePerSecond();
  }

  /** Requests ever started. */
  public long startedRequests() {
    return startedRequests;
  }

  /** Estimates ever reserved. */
  public long grantedTokens() {
    return grantedTokens;
  }

  /** Of the estimates, what settled requests really used. */
  public long settledTokens() {
    return settledTokens;
  }

  /** Of the estimates, what was given back by settling below or cancelling. */
  public long refundedTokens() {
    return refundedTokens;
  }

  /** Estimates of requests in flight. */
  public long heldTokens() {
    return heldTokens;
  }

  /** Estimates of requests that expired. */
  public long expiredTokens() {
    return expiredTokens;
  }

  /** What settled requests used beyond their estimates; not part of {@link #grantedTokens}. */
  public long overrunTokens() {
    return overrunTokens;
  }
}
