// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.sharing;

import dev.sluice.scheduler.SchedulerSnapshot.AccountSnapshot;
import dev.sluice.scheduler.Slice;
import dev.sluice.scheduler.capacity.TokenBucket;

/**
 * What one process needs of one account, from what it used lately and who waits. Not thread-safe.
 *
 * <p>Of places it could use those that are taken and one for each waiter, of rates what it used in the last second, or all of them while somebody
 * waits for tokens or requests of a second; a quarter more of either, so that growing use is seldom held up.
 */
final class AccountNeed {
  private static final double ROOM = 1.25;
  private static final double NANOS_PER_SECOND = 1e9;

  /** Use over less time than this tells nothing of a rate. */
  private static final long LEAST_INTERVAL_NANOS = 50_000_000L;

  /** A demand for places that is over is given up by this part of it each time. */
  private static final int DECAY = 4;

  private long observedAtNanos;
  private long startedRequests;
  private long grantedTokens;
  private double rate;
  private long places;

  AccountNeed(AccountSnapshot account, long nowNanos) {
    observedAtNanos = nowNanos;
    startedRequests = account.startedRequests();
    grantedTokens = account.grantedTokens();
  }

  /** Takes a look at the account, in whose pool so many wait. */
  void observe(AccountSnapshot account, int waiting, long nowNanos) {
    long taken = account.inFlight() + (long) waiting;
    places = Math.max((long) Math.ceil(taken * ROOM), places - Math.max(1, places / DECAY));
    long elapsedNanos = nowNanos - observedAtNanos;
    if (elapsedNanos >= LEAST_INTERVAL_NANOS) {
      double seconds = elapsedNanos / NANOS_PER_SECOND;
      double tokens = part(account.grantedTokens() - grantedTokens, account.limits().tokensPerSecond(), Long.MAX_VALUE, seconds);
      double requests = part(account.startedRequests() - startedRequests, account.limits().requestsPerSecond(), Integer.MAX_VALUE, seconds);
      double weight = Math.exp(-seconds);
      rate = weight * rate + (1 - weight) * Math.max(tokens, requests);
      observedAtNanos = nowNanos;
      grantedTokens = account.grantedTokens();
      startedRequests = account.startedRequests();
    }
  }

  /** The part of a limit that was used; 0 without a limit. */
  private static double part(long used, long limit, long unlimited, double seconds) {
    return limit == unlimited ? 0 : used / (limit * seconds);
  }

  /** Places that the process could use. */
  long places() {
    return places;
  }

  /** Millionths of the rates that it could use. */
  long rateParts(AccountSnapshot account, int waiting) {
    boolean pressed = waiting > 0 && (belowFull(account.headroom().availableTokens(), account.headroom().tokensPerSecond())
        || belowFull(account.headroom().availableRequests(), account.headroom().requestsPerSecond()));
    return pressed ? Slice.WHOLE_RATE : Math.min(Slice.WHOLE_RATE, (long) Math.ceil(rate * ROOM * Slice.WHOLE_RATE));
  }

  private static boolean belowFull(long level, long rate) {
    return rate != TokenBucket.UNLIMITED && level < rate;
  }
}
