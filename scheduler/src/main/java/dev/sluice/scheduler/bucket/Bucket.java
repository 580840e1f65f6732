// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.bucket;

import dev.sluice.scheduler.capacity.Saturating;
import dev.sluice.scheduler.capacity.TokenBucket;

/** One bucket's account. Not thread-safe; confined to the pool's lock. */
final class Bucket {
  final Draw.ByWorst upgraded = new Draw.ByWorst();

  /**
   * Of what is missing in the account, the part that upgraded requests took that have ended since, by their own bucket. What has been
   * refilled is nobody's any more.
   */
  private final long[] lent;

  private final TokenBucket tokens;

  Bucket(long tokensPerSecond, int count, long nowNanos) {
    this.tokens = new TokenBucket(tokensPerSecond, nowNanos);
    this.lent = new long[count];
  }

  boolean covers(long cost, long nowNanos) {
    return tokens.covers(cost, nowNanos);
  }

  long readyInNanos(long cost, long nowNanos) {
    return tokens.readyInNanos(cost, nowNanos);
  }

  long available(long nowNanos) {
    return tokens.available(nowNanos);
  }

  long tokensPerSecond() {
    return tokens.ratePerSecond();
  }

  void tokensPerSecond(long rate, long nowNanos) {
    tokens.rate(rate, nowNanos);
  }

  /** Charges tokens, negative to give them back. */
  void charge(long cost, long nowNanos) {
    forgetRefilled(nowNanos);
    tokens.give(-cost, nowNanos);
  }

  /** Tokens that lack until {@code cost} is covered. */
  long missing(long cost, long nowNanos) {
    return Math.max(0, Saturating.subtract(Math.min(cost, tokens.ratePerSecond()), tokens.available(nowNanos)));
  }

  /** Notes that a request of bucket {@code own} has ended which took so much of what is missing here. */
  void lent(int own, long taken, long nowNanos) {
    lent[own] = Saturating.add(lent[own], taken);
    forgetRefilled(nowNanos);
  }

  /** Takes up to {@code most} tokens of what was lent to bucket {@code own} off the books; returns how many. */
  long reclaim(int own, long most) {
    long reclaimed = Math.min(most, lent[own]);
    lent[own] -= reclaimed;
    return reclaimed;
  }

  /**
   * No more can be owed than is missing now. Done before every charge, so that a level that rose in between is never missed. What was
   * refilled first is what the better buckets took.
   */
  void forgetRefilled(long nowNanos) {
    long missing = Math.max(0, Saturating.subtract(tokens.ratePerSecond(), tokens.available(nowNanos)));
    for (int own = lent.length - 1; own >= 0; own--) {
      lent[own] = Math.min(lent[own], missing);
      missing -= lent[own];
    }
  }

  /** What is owed by all buckets. */
  long lent() {
    long sum = 0;
    for (long part : lent) {
      sum += part;
    }
    return sum;
  }
}
