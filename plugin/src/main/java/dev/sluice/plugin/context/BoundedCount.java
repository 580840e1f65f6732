// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.context;

import dev.sluice.plugin.dialect.TextCounter;
import dev.sluice.scheduler.Ticker;
import java.util.function.LongPredicate;

/**
 * A count that ends early, once it is beyond what matters or has taken too long. Not thread-safe; confined to one judgement.
 *
 * <p>What is not counted for want of time counts as many tokens as it has bytes, which no encoding exceeds: a request is then taken for longer
 * than it is, never for shorter.
 */
final class BoundedCount implements TextCounter {
  private final Tokenizer tokenizer;
  private final Ticker ticker;
  private final long deadlineNanos;
  private final LongPredicate enough = this::enough;
  private long left;
  private boolean late;

  /**
   * A count of its own.
   *
   * @param deadlineNanos instant of {@code ticker} from which on nothing more is counted
   */
  BoundedCount(Tokenizer tokenizer, Ticker ticker, long deadlineNanos) {
    this.tokenizer = tokenizer;
    this.ticker = ticker;
    this.deadlineNanos = deadlineNanos;
  }

  /** Begins to count what is of interest only as long as it comes to no more than {@code most} tokens. */
  BoundedCount upTo(long most) {
    left = most;
    return this;
  }

  @Override
  public long tokens(String text) {
    if (left < 0) {
      return 0;
    }
    Tokenizer.Counted counted = tokenizer.count(text, enough);
    long tokens = counted.tokens();
    if (late) {
      tokens += utf8Bytes(text, counted.chars());
    }
    left -= tokens;
    return tokens;
  }

  /** Whether there was more than was asked for; the sum is then too small. */
  boolean exceeded() {
    return left < 0;
  }

  private boolean enough(long tokens) {
    late |= ticker.read() - deadlineNanos >= 0;
    return late || tokens > left;
  }

  private static long utf8Bytes(String text, int from) {
    long bytes = 0;
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      bytes += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
    }
    return bytes;
  }
}
