// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.bucket;

import dev.sluice.scheduler.capacity.Saturating;
import dev.sluice.scheduler.capacity.TokenBucket;
import dev.sluice.scheduler.fairness.Entry;
import dev.sluice.scheduler.fairness.LaneGate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * The buckets of one pool: who pays for whom. Not thread-safe; confined to the pool's lock.
 *
 * <p>A request is paid for by its own bucket if that covers it; else, unless its bucket is strict, by the nearest better one within the
 * distance that covers it, has quota left and nobody waiting. An owner whose bucket does not cover it first gets back what upgraded requests took of it:
 * what those took that have ended, then what those took that run, of the worst buckets first.
 *
 * <p>Levels only move between buckets by this and are taken and given together with the providers' accounts, so the sum of all levels
 * never exceeds what a pool of one provider really has left.
 */
public final class Buckets implements LaneGate {
  private static final int NOBODY = -1;

  private final BucketRules rules;
  private final List<Bucket> buckets = new ArrayList<>();
  private final Draw.ByDecay decaying = new Draw.ByDecay();
  private long poolTokensPerSecond;
  private long nextSequence;
  private long reaccounted;

  /**
   * Full buckets.
   *
   * @param rules without {@linkplain BucketRules#problems problems}
   * @param poolTokensPerSecond to share; less than one for each bucket counts as that
   */
  public Buckets(BucketRules rules, long poolTokensPerSecond, long nowNanos) {
    this.rules = rules;
    this.poolTokensPerSecond = poolTokensPerSecond;
    for (long guarantee : Distribution.guarantees(rules.shares(), Math.max(rules.count(), poolTokensPerSecond))) {
      buckets.add(new Bucket(rate(guarantee), rules.count(), nowNanos));
    }
  }

  private static long rate(long guarantee) {
    return Math.min(guarantee, TokenBucket.MAX_RATE_PER_SECOND);
  }

  public BucketRules rules() {
    return rules;
  }

  /** Deals out another capacity by the same rules; levels stay, but never above the new rates. */
  public void capacity(long newPoolTokensPerSecond, long nowNanos) {
    poolTokensPerSecond = newPoolTokensPerSecond;
    // A pool that was scaled down to less leaves each bucket its least.
    long[] guarantees = Distribution.guarantees(rules.shares(), Math.max(rules.count(), newPoolTokensPerSecond));
    for (int i = 0; i < guarantees.length; i++) {
      buckets.get(i).tokensPerSecond(rate(guarantees[i]), nowNanos);
    }
  }

  @Override
  public boolean opens(Entry head, IntPredicate waiting, long nowNanos) {
    return payer(head.laneIndex(), head.tokens(), waiting, nowNanos) != NOBODY;
  }

  private int payer(int own, long tokens, IntPredicate waiting, long nowNanos) {
    if (!buckets.get(own).covers(tokens, nowNanos) && rules.softPreemption()) {
      reclaim(own, tokens, nowNanos);
    }
    if (buckets.get(own).covers(tokens, nowNanos)) {
      return own;
    }
    for (int better = own - 1; better >= nearest(own); better--) {
      if (mayPay(better, waiting) && buckets.get(better).covers(tokens, nowNanos)) {
        return better;
      }
    }
    return NOBODY;
  }

  /** The best bucket that may pay for requests of bucket {@code own}. */
  private int nearest(int own) {
    return rules.strict().get(own) ? own : Math.max(0, own - rules.maxUpgradeDistance());
  }

  private boolean mayPay(int better, IntPredicate waiting) {
    return buckets.get(better).upgraded.size() < rules.upgradeQuotas().get(better) && !waiting.test(better);
  }

  @Override
  public long opensInNanos(Entry head, IntPredicate waiting, long nowNanos) {
    int own = head.laneIndex();
    long ready = buckets.get(own).readyInNanos(head.tokens(), nowNanos);
    for (int better = own - 1; better >= nearest(own); better--) {
      if (mayPay(better, waiting)) {
        ready = Math.min(ready, buckets.get(better).readyInNanos(head.tokens(), nowNanos));
      }
    }
    return ready;
  }

  /** Tokens that the whole pool gives out while {@code lane}'s buckets give out {@code tokens} and pay off what the lane owes. */
  @Override
  public long tokensOfPool(int lane, long tokens, IntPredicate waiting, long nowNanos) {
    long rate = buckets.get(lane).tokensPerSecond();
    for (int better = lane - 1; better >= nearest(lane); better--) {
      rate += mayPay(better, waiting) ? buckets.get(better).tokensPerSecond() : 0;
    }
    long owed = Math.max(0, -buckets.get(lane).available(nowNanos));
    return Saturating.scale(Saturating.add(tokens, owed), poolTokensPerSecond, rate);
  }

  /**
   * Charges a request that starts now; {@link #opens} has just said that it may.
   *
   * @param waiting whether somebody waits in a lane, as {@link #opens} was told
   */
  public Draw draw(int own, long tokens, IntPredicate waiting, long nowNanos) {
    int payer = payer(own, tokens, waiting, nowNanos);
    if (payer == NOBODY) {
      throw new IllegalStateException("no bucket pays for " + tokens + " tokens of bucket " + own);
    }
    Draw draw = new Draw(this, own, payer, tokens, nowNanos + rules.maxUpgradeNanos(), nextSequence++);
    buckets.get(payer).charge(tokens, nowNanos);
    if (draw.isUpgraded()) {
      buckets.get(payer).upgraded.add(draw);
      decaying.add(draw);
    }
    return draw;
  }

  void end(Draw draw, long actual, long nowNanos) {
    Bucket payer = buckets.get(draw.payer);
    payer.charge(actual - draw.tokens, nowNanos);
    if (draw.isUpgraded()) {
      payer.upgraded.remove(draw);
      decaying.remove(draw);
      payer.lent(draw.own, actual, nowNanos);
    }
  }

  /** Gets back what an owner lacks, as far as upgraded requests have it. */
  private void reclaim(int own, long tokens, long nowNanos) {
    Bucket bucket = buckets.get(own);
    bucket.forgetRefilled(nowNanos);
    for (int worse = buckets.size() - 1; worse > own; worse--) {
      long reclaimed = bucket.reclaim(worse, bucket.missing(tokens, nowNanos));
      move(own, worse, reclaimed, nowNanos);
    }
    for (Draw worst = bucket.upgraded.peek();
        worst != null && !bucket.covers(tokens, nowNanos);
        worst = bucket.upgraded.peek()) {
      reaccount(worst, nowNanos);
    }
  }

  private void reaccount(Draw draw, long nowNanos) {
    buckets.get(draw.payer).upgraded.remove(draw);
    decaying.remove(draw);
    move(draw.payer, draw.own, draw.tokens, nowNanos);
    draw.payer = draw.own;
    reaccounted++;
  }

  private void move(int from, int to, long tokens, long nowNanos) {
    if (tokens > 0) {
      buckets.get(from).charge(-tokens, nowNanos);
      buckets.get(to).charge(tokens, nowNanos);
    }
  }

  /** Charges every request that has been upgraded for too long to its own bucket. */
  public void decay(long nowNanos) {
    for (Draw draw = decaying.peek(); draw != null && nowNanos - draw.decaysAtNanos >= 0; draw = decaying.peek()) {
      reaccount(draw, nowNanos);
    }
  }

  /** Time until {@link #decay} has something to do; {@link Long#MAX_VALUE} for never. */
  public long decaysInNanos(long nowNanos) {
    Draw draw = decaying.peek();
    return draw == null ? Long.MAX_VALUE : Math.max(0, draw.decaysAtNanos - nowNanos);
  }

  /** Guaranteed tokens per second of a bucket. */
  public long guarantee(int bucket) {
    return buckets.get(bucket).tokensPerSecond();
  }

  /** Tokens a bucket has left; negative for debt. */
  public long available(int bucket, long nowNanos) {
    return buckets.get(bucket).available(nowNanos);
  }

  /** Requests of worse buckets that run at a bucket's expense. */
  public int upgraded(int bucket) {
    return buckets.get(bucket).upgraded.size();
  }

  /** Requests charged to their own bucket after another had paid, since the pool began. */
  public long reaccounted() {
    return reaccounted;
  }
}
