// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.sluice.routing.Entitlement;
import dev.sluice.routing.KeyStatus;
import dev.sluice.routing.Terms;
import dev.sluice.routing.Traits;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Who is let in while nobody can tell who is calling: so many requests a minute for the whole node, ten a second from one address, all in the
 * name of one account and in the least important lane. Thread-safe; never blocks.
 */
public final class FailOpen {
  /** In whose name these requests run. */
  public static final String ACCOUNT = "degraded";

  /** Most tokens, prompt and output together, of one such request. */
  public static final long MAX_TOKENS = 4_096;

  private static final int PER_SECOND_AND_ADDRESS = 10;
  private static final int MAX_ADDRESSES = 10_000;
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final Entitlement entitlement;
  private final Allowance node;
  private final Cache<InetAddress, Allowance> addresses;
  private final ReentrantLock lock = new ReentrantLock();

  /**
   * @param perMinute requests a minute, at least 0
   * @param level the least important level
   */
  public FailOpen(int perMinute, int level, Ticker ticker) {
    this.entitlement =
        new Entitlement(
            ACCOUNT, ACCOUNT, Traits.NONE, Terms.ofLevel(OptionalInt.of(level)), Set.of(), Set.of(), Optional.empty(), KeyStatus.ACTIVE);
    this.node = new Allowance(perMinute, MINUTE, ticker.read());
    this.addresses = Caffeine.newBuilder().maximumSize(MAX_ADDRESSES).expireAfterAccess(MINUTE).ticker(ticker).executor(Runnable::run).build();
  }

  /** The entitlement of a request from {@code source}; empty if there were too many. */
  public Optional<Entitlement> admit(InetAddress source, long nowNanos) {
    lock.lock();
    try {
      // The address first: one that calls too often must not use up what the others may.
      boolean admitted = addresses.get(source, address -> new Allowance(PER_SECOND_AND_ADDRESS, SECOND, nowNanos)).take(nowNanos) && node.take(nowNanos);
      return admitted ? Optional.of(entitlement) : Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  /** So many in any period on average, and so many at once. Not thread-safe. */
  private static final class Allowance {
    private final int most;
    private final long periodNanos;
    private double left;
    private long countedNanos;

    Allowance(int most, Duration period, long nowNanos) {
      this.most = most;
      this.periodNanos = period.toNanos();
      this.left = most;
      this.countedNanos = nowNanos;
    }

    boolean take(long nowNanos) {
      long passed = Math.max(0, nowNanos - countedNanos);
      left = Math.min(most, left + (double) most * passed / periodNanos);
      countedNanos = nowNanos;
      if (left < 1) {
        return false;
      }
      left -= 1;
      return true;
    }
  }
}
