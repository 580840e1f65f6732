// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.usage;

import dev.sluice.scheduler.TokenCost;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * How many bytes of an answer's body one generated token takes, learned per model and streaming from answers whose count is
 * known. Thread-safe.
 *
 * <p>Keeps two sums that forget an eighth of themselves with each answer, bytes and tokens, so that long answers count for more
 * than short ones, whose bytes are mostly frame. The number of models is bounded: those beyond it share one entry.
 */
public final class BytesPerToken {
  /* An OpenAI chunk with one token is about 200 bytes of frame; plain text is about four bytes a token, plus its share of frame. */
  private static final Sums DEFAULT_STREAM = new Sums(200, 1);
  private static final Sums DEFAULT_WHOLE = new Sums(6, 1);
  private static final int FORGET_SHIFT = 3;
  private static final String OVERFLOW_MODEL = "";

  private final int maxModels;
  private final ConcurrentMap<Key, Sums> learned = new ConcurrentHashMap<>();

  /**
   * @param maxModels most pairs of model and streaming kept; at least 1
   */
  public BytesPerToken(int maxModels) {
    if (maxModels < 1) {
      throw new IllegalArgumentException("maxModels: " + maxModels + " (expected: >= 1)");
    }
    this.maxModels = maxModels;
  }

  private record Key(String model, boolean stream) {}

  private record Sums(long bytes, long tokens) {}

  /**
   * Takes in one answer. An answer without tokens or bytes teaches nothing.
   *
   * @param bytes of body sent
   * @param outputTokens reported by the provider
   */
  public void learn(String model, boolean stream, long bytes, long outputTokens) {
    if (bytes <= 0 || outputTokens <= 0 || bytes > TokenCost.MAX_TOKENS) {
      return;
    }
    Sums seen = new Sums(bytes, outputTokens);
    learned.merge(keyOf(model, stream), seen, BytesPerToken::fade);
  }

  /**
   * Tokens that so many bytes of an answer hold, at least 1 for any byte.
   *
   * @param bytes at least 0
   */
  public long tokens(String model, boolean stream, long bytes) {
    if (bytes <= 0) {
      return 0;
    }
    Sums sums = learned.getOrDefault(keyOf(model, stream), stream ? DEFAULT_STREAM : DEFAULT_WHOLE);
    long bounded = Math.min(bytes, TokenCost.MAX_TOKENS);
    // A token takes at least a byte, whatever was learned.
    long tokens = Math.min(bounded, (long) (bounded * ((double) sums.tokens() / sums.bytes())));
    return Math.max(1, tokens);
  }

  /** Pairs of model and streaming learned so far. */
  int size() {
    return learned.size();
  }

  private Key keyOf(String model, boolean stream) {
    Key key = new Key(model, stream);
    return learned.size() < maxModels || learned.containsKey(key) ? key : new Key(OVERFLOW_MODEL, stream);
  }

  private static Sums fade(Sums old, Sums seen) {
    return new Sums(faded(old.bytes()) + seen.bytes(), faded(old.tokens()) + seen.tokens());
  }

  private static long faded(long sum) {
    return sum - (sum >> FORGET_SHIFT);
  }
}
