// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.charge;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.sluice.routing.Terms;
import dev.sluice.scheduler.Ticker;
import dev.sluice.scheduler.capacity.TokenBucket;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The rates that keys have of their own: a bucket of tokens and one of requests for each key that was seen of late. Thread-safe.
 *
 * <p>The table is bounded; a key that falls out of it begins again with full buckets.
 */
public final class KeyRates {
  private static final Duration IDLE = Duration.ofMinutes(10);

  private final Ticker ticker;
  private final Cache<String, Buckets> keys;

  /** Rates of at most {@code mostKeys} keys. */
  public KeyRates(Ticker ticker, int mostKeys) {
    this.ticker = ticker;
    this.keys = Caffeine.newBuilder().maximumSize(mostKeys).expireAfterAccess(IDLE).ticker(ticker::read).executor(Runnable::run).build();
  }

  /** Whether a key of these terms has a rate of its own. */
  static boolean limited(Terms terms) {
    return terms.tokensPerSecond().isPresent() || terms.requestsPerSecond().isPresent();
  }

  /**
   * Takes one request of {@code tokens} if the key may send it now.
   *
   * @return 0 if it was taken, else the nanoseconds until it may be
   */
  long take(String keyId, Terms terms, long tokens) {
    long now = ticker.read();
    long tokenRate = rate(terms.tokensPerSecond().orElse(TokenBucket.UNLIMITED));
    long requestRate = terms.requestsPerSecond().isPresent() ? rate(terms.requestsPerSecond().getAsInt()) : TokenBucket.UNLIMITED;
    Buckets buckets = keys.get(keyId, id -> new Buckets(tokenRate, requestRate, now));
    return buckets.take(tokenRate, requestRate, tokens, now);
  }

  /** A bucket's rate for a key's; those beyond what a bucket can count are as good as its highest. */
  private static long rate(long perSecond) {
    return perSecond == TokenBucket.UNLIMITED ? perSecond : Math.min(perSecond, TokenBucket.MAX_RATE_PER_SECOND);
  }

  /** Corrects what was taken, by what turned out to be less; negative if it was more. */
  void giveBack(String keyId, long requests, long tokens) {
    Buckets buckets = keys.getIfPresent(keyId);
    if (buckets != null) {
      buckets.give(requests, tokens, ticker.read());
    }
  }

  /** Two buckets under one lock. Thread-safe. */
  private static final class Buckets {
    private final ReentrantLock lock = new ReentrantLock();
    private final TokenBucket tokens;
    private final TokenBucket requests;

    Buckets(long tokenRate, long requestRate, long now) {
      tokens = new TokenBucket(tokenRate, now);
      requests = new TokenBucket(requestRate, now);
    }

    long take(long tokenRate, long requestRate, long count, long now) {
      lock.lock();
      try {
        adapt(tokens, tokenRate, now);
        adapt(requests, requestRate, now);
        long wait = Math.max(tokens.readyInNanos(count, now), requests.readyInNanos(1, now));
        if (wait == 0) {
          tokens.take(count, now);
          requests.take(1, now);
        }
        return wait;
      } finally {
        lock.unlock();
      }
    }

    private static void adapt(TokenBucket bucket, long rate, long now) {
      if (bucket.ratePerSecond() != rate) {
        bucket.rate(rate, now);
      }
    }

    void give(long requestCount, long tokenCount, long now) {
      lock.lock();
      try {
        requests.give(requestCount, now);
        tokens.give(tokenCount, now);
      } finally {
        lock.unlock();
      }
    }
  }
}
