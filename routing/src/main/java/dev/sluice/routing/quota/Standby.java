// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.quota;

import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The book in which a node counts alone: from its start until Redis is found, and whenever it is lost, each time a new one of the {@link LastShares
 * last shares} of that moment. Thread-safe: reading takes no lock; the listener hears after it is released.
 */
final class Standby {
  private final LastShares.Memory memory;
  private final InstantSource clock;
  private final Ticker ticker;
  private final Duration life;
  private final SharedListener listener;

  private final ReentrantLock lock = new ReentrantLock();

  /** Written under the lock. */
  private volatile QuotaTree tree;

  /** Empty while Redis decides. Written under the lock. */
  private volatile Optional<QuotaBook> book;

  /**
   * A standby that counts.
   *
   * @param memory of what Redis answered
   * @param life of a reservation that nobody ends
   */
  Standby(QuotaTree tree, LastShares.Memory memory, InstantSource clock, Ticker ticker, Duration life, SharedListener listener) {
    this.tree = tree;
    this.memory = memory;
    this.clock = clock;
    this.ticker = ticker;
    this.life = life;
    this.listener = listener;
    this.book = Optional.of(fresh());
  }

  private QuotaBook fresh() {
    return new QuotaBook(tree, clock, ticker, life, QuotaListener.NONE, memory.shares());
  }

  /** The quotas in force. */
  QuotaTree tree() {
    return tree;
  }

  /** The book that counts; empty while Redis decides. */
  Optional<QuotaBook> book() {
    return book;
  }

  /** The book that counts, or one of this moment where Redis was found again already. */
  QuotaBook bookOrFresh() {
    return book.orElseGet(this::fresh);
  }

  /** Goes on with other quotas. */
  void reload(QuotaTree next) {
    lock.lock();
    try {
      tree = next;
      memory.retain(next);
      book.ifPresent(counting -> counting.reload(next));
    } finally {
      lock.unlock();
    }
  }

  /** Redis does not answer. */
  void lost(Throwable failure) {
    lock.lock();
    try {
      if (book.isPresent()) {
        return;
      }
      book = Optional.of(fresh());
    } finally {
      lock.unlock();
    }
    Throwable cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    listener.lost(cause.getClass().getSimpleName() + ": " + cause.getMessage());
  }

  /** Redis answers, and knows what was counted here. */
  void found() {
    lock.lock();
    try {
      if (book.isEmpty()) {
        return;
      }
      book = Optional.empty();
    } finally {
      lock.unlock();
    }
    listener.recovered();
  }
}
