// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.bucket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.scheduler.bucket.NaiveBuckets.NaiveDraw;
import dev.sluice.scheduler.capacity.TokenBucket;
import dev.sluice.scheduler.fairness.Entry;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Random operations, each compared with the oracle. A failing run is repeated with {@code -Dsluice.seed=<the printed seed>}. */
class BucketsTest {
  private static final long SEED = Long.getLong("sluice.seed", 20_261_127L);
  private static final int RUNS = 200;
  private static final int STEPS = 2_000;
  private static final long MILLI = 1_000_000L;

  private static final class Head extends Entry {
    Head(int lane, long tokens) {
      super("flow", new Size(tokens, tokens, 0), 0, 0);
      place(lane, 1, 0);
    }
  }

  /** The two draws of one running request. */
  private record Running(Draw draw, NaiveDraw naive) {}

  @Test
  void everyOperationMatchesTheOracle() {
    System.out.println("BucketsTest: seed " + SEED + ", " + RUNS * STEPS + " operations");
    SplittableRandom seeds = new SplittableRandom(SEED);
    int[] seen = new int[4];
    for (int run = 0; run < RUNS; run++) {
      new Run("seed " + SEED + ", run " + run, seeds.split(), seen).play();
    }
    System.out.printf("BucketsTest: %d own, %d upgraded, %d refused, %d re-accounted%n", seen[0], seen[1], seen[2], seen[3]);
    assertThat(IntStream.of(seen)).allMatch(count -> count > 1_000);
  }

  private static final class Run {
    private final String name;
    private final SplittableRandom random;
    private final int[] seen;
    private final BucketRules rules;
    private final Buckets buckets;
    private final NaiveBuckets oracle;
    private final TokenBucket account;
    private final List<Running> running = new ArrayList<>();
    private final BitSet waiting = new BitSet();
    private long nowNanos = Long.MAX_VALUE - 7_000_000_000L;

    Run(String name, SplittableRandom random, int[] seen) {
      this.name = name;
      this.random = random;
      this.seen = seen;
      int count = random.nextInt(2, 12);
      this.rules = new BucketRules(
          Distribution.exponential(count, 0.7),
          IntStream.range(0, count).mapToObj(i -> random.nextInt(4) == 0).toList(),
          random.nextInt(0, count + 2),
          IntStream.range(0, count).mapToObj(i -> random.nextInt(0, 6)).toList(),
          random.nextInt(4) > 0,
          random.nextLong(1, 5_000) * MILLI);
      long pool = random.nextLong(count, 20_000);
      this.buckets = new Buckets(rules, pool, nowNanos);
      this.oracle = new NaiveBuckets(rules, Distribution.guarantees(rules.shares(), pool));
      this.account = new TokenBucket(pool, nowNanos);
      assertThat(IntStream.range(0, count).mapToLong(buckets::guarantee).sum()).isEqualTo(pool);
    }

    void play() {
      for (int step = 0; step < STEPS; step++) {
        int dice = random.nextInt(100);
        if (dice < 50) {
          ask();
        } else if (dice < 70) {
          end();
        } else if (dice < 80) {
          waiting.flip(random.nextInt(rules.count()));
        } else {
          advance(random.nextLong(0, 200) * MILLI);
        }
        check(step);
      }
      seen[3] += (int) buckets.reaccounted();
    }

    private void ask() {
      int own = random.nextInt(rules.count());
      long tokens = random.nextLong(0, 3_000);
      Head head = new Head(own, tokens);
      boolean opens = buckets.opens(head, waiting::get, nowNanos);
      int payer = oracle.payer(own, tokens, waiting);
      assertThat(opens).as(name).isEqualTo(payer >= 0);
      if (!opens) {
        seen[2]++;
        ownersNeverWaitForWhatCouldBeReaccounted(own);
        opensWhenItSays(head);
        return;
      }
      Draw draw = buckets.draw(own, tokens, waiting::get, nowNanos);
      assertThat(draw.payer()).as(name).isEqualTo(payer);
      seen[draw.isUpgraded() ? 1 : 0]++;
      withinTheRules(draw);
      account.take(tokens, nowNanos);
      running.add(new Running(draw, oracle.draw(own, payer, tokens)));
    }

    private void ownersNeverWaitForWhatCouldBeReaccounted(int own) {
      if (rules.softPreemption()) {
        assertThat(buckets.upgraded(own)).as(name).isZero();
        assertThat(oracle.lent(own)).as(name).isZero();
      }
    }

    /** The gate opens at the foretold instant and not before, if nothing else happens. */
    private void opensWhenItSays(Head head) {
      long opensInNanos = buckets.opensInNanos(head, waiting::get, nowNanos);
      assertThat(opensInNanos).as(name).isPositive();
      if (opensInNanos < 100 * MILLI && opensInNanos < buckets.decaysInNanos(nowNanos)) {
        advance(opensInNanos - 1);
        assertThat(buckets.opens(head, waiting::get, nowNanos)).as(name).isFalse();
        advance(1);
        assertThat(buckets.opens(head, waiting::get, nowNanos)).as(name).isTrue();
        oracle.payer(head.laneIndex(), head.tokens(), waiting);
      }
    }

    private void withinTheRules(Draw draw) {
      int own = draw.own;
      if (draw.isUpgraded()) {
        assertThat(rules.strict().get(own)).as(name).isFalse();
        assertThat(own - draw.payer()).as(name).isBetween(1, rules.maxUpgradeDistance());
        assertThat(waiting.get(draw.payer())).as(name).isFalse();
        assertThat(buckets.upgraded(draw.payer())).as(name).isBetween(1, rules.upgradeQuotas().get(draw.payer()));
      }
    }

    private void end() {
      if (!running.isEmpty()) {
        Running ended = running.remove(random.nextInt(running.size()));
        long actual = random.nextInt(3) == 0 ? 0 : random.nextLong(0, 4_000);
        account.give(ended.draw().tokens - actual, nowNanos);
        ended.draw().end(actual, nowNanos);
        oracle.end(ended.naive(), actual);
      }
    }

    /** Time stops at every decay, as the pool's alarm makes it. */
    private void advance(long nanos) {
      long left = nanos;
      for (long decay = buckets.decaysInNanos(nowNanos); decay <= left; decay = buckets.decaysInNanos(nowNanos)) {
        move(decay);
        left -= decay;
        buckets.decay(nowNanos);
        oracle.decay();
      }
      move(left);
    }

    private void move(long nanos) {
      nowNanos += nanos;
      oracle.advance(nanos);
    }

    private void check(int step) {
      String where = name + ", step " + step;
      long levels = 0;
      for (int i = 0; i < rules.count(); i++) {
        int bucket = i;
        assertThat(buckets.available(i, nowNanos)).as("%s: bucket %s", where, i).isEqualTo(oracle.available(i));
        assertThat(buckets.upgraded(i)).as("%s: bucket %s", where, i)
            .isEqualTo((int) running.stream().filter(each -> each.draw().isUpgraded() && each.draw().payer() == bucket).count());
        levels += buckets.available(i, nowNanos);
      }
      assertThat(running).as(where).allMatch(each -> each.draw().payer() == each.naive().payer());
      assertThat(levels).as("%s: no more is promised than there is", where).isLessThanOrEqualTo(account.available(nowNanos) + 1);
    }
  }
}
