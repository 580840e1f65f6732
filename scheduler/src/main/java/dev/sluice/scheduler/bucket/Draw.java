// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.bucket;

import dev.sluice.scheduler.order.IndexedHeap;

/**
 * What one running request was charged to a bucket. Not thread-safe; confined to the pool's lock.
 *
 * <p>A draw counts in exactly one bucket at any time: the paying one. While that is not its own, the request is upgraded.
 */
public final class Draw {
  final Buckets ledger;
  final int own;
  final long tokens;
  final long decaysAtNanos;
  final long sequence;
  int payer;
  int worstIndex = IndexedHeap.ABSENT;
  int decayIndex = IndexedHeap.ABSENT;

  Draw(Buckets ledger, int own, int payer, long tokens, long decaysAtNanos, long sequence) {
    this.ledger = ledger;
    this.own = own;
    this.payer = payer;
    this.tokens = tokens;
    this.decaysAtNanos = decaysAtNanos;
    this.sequence = sequence;
  }

  /** The bucket that pays at present. */
  public int payer() {
    return payer;
  }

  /** Whether a better bucket pays than the request's own. */
  public boolean isUpgraded() {
    return payer != own;
  }

  /** Ends the request, which used {@code actual} tokens of its estimate, 0 if it never ran: the difference is the payer's. */
  public void end(long actual, long nowNanos) {
    ledger.end(this, actual, nowNanos);
  }

  /** Upgraded requests at one bucket's expense, the first to be charged to its own bucket first: of the worst bucket, then the latest. */
  static final class ByWorst extends IndexedHeap<Draw> {
    @Override
    protected boolean before(Draw a, Draw b) {
      return a.own != b.own ? a.own > b.own : a.sequence > b.sequence;
    }

    @Override
    protected int index(Draw draw) {
      return draw.worstIndex;
    }

    @Override
    protected void index(Draw draw, int index) {
      draw.worstIndex = index;
    }
  }

  /** All upgraded requests, the first to decay first. */
  static final class ByDecay extends IndexedHeap<Draw> {
    @Override
    protected boolean before(Draw a, Draw b) {
      long difference = a.decaysAtNanos - b.decaysAtNanos;
      return difference != 0 ? difference < 0 : a.sequence < b.sequence;
    }

    @Override
    protected int index(Draw draw) {
      return draw.decayIndex;
    }

    @Override
    protected void index(Draw draw, int index) {
      draw.decayIndex = index;
    }
  }
}
