// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.bucket;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;

/** The oracle of buckets: levels in nano-tokens, and lists. Not thread-safe. */
final class NaiveBuckets {
  private static final long NANO = 1_000_000_000L;

  /** A running request. */
  static final class NaiveDraw {
    private final int own;
    private final long tokens;
    private final long decaysAt;
    private final int number;
    private int payer;

    private NaiveDraw(int own, int payer, long tokens, long decaysAt, int number) {
      this.own = own;
      this.payer = payer;
      this.tokens = tokens;
      this.decaysAt = decaysAt;
      this.number = number;
    }

    int payer() {
      return payer;
    }
  }

  private final BucketRules rules;
  private final long[] rates;
  private final long[] nanoTokens;

  /** What ended requests of a bucket (second index) took from another (first index) and nobody refilled yet. */
  private final long[][] lent;

  private final List<NaiveDraw> running = new ArrayList<>();
  private long now;
  private int drawn;

  NaiveBuckets(BucketRules rules, long[] rates) {
    this.rules = rules;
    this.rates = rates;
    this.lent = new long[rates.length][rates.length];
    this.nanoTokens = new long[rates.length];
    for (int i = 0; i < rates.length; i++) {
      nanoTokens[i] = rates[i] * NANO;
    }
  }

  void advance(long nanos) {
    now += nanos;
    for (int i = 0; i < rates.length; i++) {
      nanoTokens[i] = Math.min(rates[i] * NANO, nanoTokens[i] + nanos * rates[i]);
    }
  }

  long available(int bucket) {
    return Math.floorDiv(nanoTokens[bucket], NANO);
  }

  long lent(int bucket) {
    long sum = 0;
    for (long each : lent[bucket]) {
      sum += each;
    }
    return sum;
  }

  private boolean covers(int bucket, long tokens) {
    return nanoTokens[bucket] >= Math.min(tokens, rates[bucket]) * NANO;
  }

  private List<NaiveDraw> upgraded(int bucket) {
    return running.stream().filter(draw -> draw.payer == bucket && draw.own != bucket).toList();
  }

  /** The paying bucket, after what an owner may reclaim was reclaimed; -1 for none. */
  int payer(int own, long tokens, BitSet waiting) {
    if (rules.softPreemption()) {
      reclaim(own, tokens);
    }
    if (covers(own, tokens)) {
      return own;
    }
    for (int i = own - 1; i >= 0 && own - i <= rules.maxUpgradeDistance() && !rules.strict().get(own); i--) {
      if (covers(i, tokens) && !waiting.get(i) && upgraded(i).size() < rules.upgradeQuotas().get(i)) {
        return i;
      }
    }
    return -1;
  }

  private void reclaim(int own, long tokens) {
    if (covers(own, tokens)) {
      return;
    }
    trim(own);
    for (int worse = rates.length - 1; worse > own; worse--) {
      long lacking = Math.max(0, Math.min(tokens, rates[own]) - available(own));
      long back = Math.min(lacking, lent[own][worse]);
      lent[own][worse] -= back;
      if (back > 0) {
        charge(own, -back);
        charge(worse, back);
      }
    }
    while (!covers(own, tokens) && !upgraded(own).isEmpty()) {
      reaccount(upgraded(own).stream()
          .max(Comparator.comparingInt((NaiveDraw draw) -> draw.own).thenComparingInt(draw -> draw.number))
          .orElseThrow());
    }
  }

  private void reaccount(NaiveDraw draw) {
    charge(draw.payer, -draw.tokens);
    charge(draw.own, draw.tokens);
    draw.payer = draw.own;
  }

  private void charge(int bucket, long tokens) {
    trim(bucket);
    nanoTokens[bucket] = Math.min(rates[bucket] * NANO, nanoTokens[bucket] - tokens * NANO);
  }

  /** A bucket is owed no more than it lacks. */
  private void trim(int bucket) {
    long lacking = rates[bucket] - available(bucket);
    while (lent(bucket) > lacking) {
      for (int own = 0; own < rates.length; own++) {
        if (lent[bucket][own] > 0) {
          lent[bucket][own] -= Math.min(lent[bucket][own], lent(bucket) - lacking);
          break;
        }
      }
    }
  }

  NaiveDraw draw(int own, int payer, long tokens) {
    NaiveDraw draw = new NaiveDraw(own, payer, tokens, now + rules.maxUpgradeNanos(), drawn++);
    charge(payer, tokens);
    running.add(draw);
    return draw;
  }

  void end(NaiveDraw draw, long actual) {
    running.remove(draw);
    charge(draw.payer, actual - draw.tokens);
    if (draw.payer != draw.own) {
      lent[draw.payer][draw.own] += actual;
      trim(draw.payer);
    }
  }

  void decay() {
    running.stream()
        .filter(draw -> draw.payer != draw.own && draw.decaysAt <= now)
        .sorted(Comparator.comparingInt(draw -> draw.number))
        .toList()
        .forEach(this::reaccount);
  }
}
