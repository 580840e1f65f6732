// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.dispatch;

import dev.sluice.scheduler.capacity.Account;
import dev.sluice.scheduler.capacity.Saturating;
import dev.sluice.scheduler.capacity.TokenBucket;
import java.util.ArrayList;
import java.util.List;

/**
 * Foretells waits with a fluid model: work flows in ahead, capacity refills, nothing unknown happens. Not thread-safe; confined
 * to the pool's lock.
 *
 * <p>Each account supplies its level at once (nothing while in debt) and then its rate. An account at its concurrency limit
 * supplies the measured drain rate instead, and where nothing was measured its configured rate; without a limit or a
 * measurement it is taken to supply at once, so that ignorance never rejects anyone.
 */
public final class Forecast {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  /** Longer than anyone waits; keeps sums of forecasts and instants in range. */
  private static final long MAX_NANOS = Long.MAX_VALUE / 4;

  private Forecast() {}

  /**
   * What has to start. Immutable.
   *
   * @param mask accounts that the request may use
   * @param leaves of these, the accounts in which it leaves the headroom free
   * @param tokensAhead tokens that go before it
   * @param requestsAhead how many requests these come to
   * @param cost its own tokens
   */
  public record Demand(long mask, long leaves, long tokensAhead, long requestsAhead, long cost) {}

  /** Time until the work ahead and then the request itself have started. */
  public static long waitNanos(List<Account> accounts, DrainMeter drain, Demand demand, long nowNanos) {
    List<Supply> tokens = new ArrayList<>();
    List<Supply> requests = new ArrayList<>();
    long burst = 0;
    for (long rest = demand.mask(); rest != 0; rest &= rest - 1) {
      int index = Long.numberOfTrailingZeros(rest);
      Account account = accounts.get(index);
      long measured = account.staysSaturated() ? drain.tokensPerSecond(index) : 0;
      long configured = account.prospectiveTokensPerSecond();
      long rate = measured > 0 ? Math.min(measured, configured) : configured;
      boolean leaving = (demand.leaves() & Long.lowestOneBit(rest)) != 0;
      long headroom = leaving ? account.headroomTokens() : 0;
      long level = Saturating.subtract(account.availableTokens(nowNanos), headroom);
      long pauseNanos = Math.min(MAX_NANOS, account.pauseNanos(nowNanos));
      tokens.add(Supply.after(pauseNanos, measured > 0 ? Math.min(0, level) : level, rate));
      requests.add(Supply.after(pauseNanos, Saturating.subtract(account.availableRequests(nowNanos), leaving ? account.headroomRequests() : 0), account.prospectiveRequestsPerSecond()));
      burst = Math.max(burst, measured > 0 ? 0 : rate - headroom);
    }
    return Math.max(
        nanosToSupply(tokens, Saturating.add(demand.tokensAhead(), Math.min(demand.cost(), burst))),
        nanosToSupply(requests, Saturating.add(demand.requestsAhead(), 1)));
  }

  /**
   * What one account has, negative for debt, and what it gains a second; {@link TokenBucket#UNLIMITED} for no limit.
   *
   * @param startNanos time before which it gives nothing
   */
  record Supply(long level, long ratePerSecond, long startNanos) {
    /** An account's supply, whose bucket goes on filling during a pause, but not beyond a second's worth. */
    static Supply after(long pauseNanos, long level, long ratePerSecond) {
      if (pauseNanos == 0 || ratePerSecond == TokenBucket.UNLIMITED) {
        return new Supply(level, ratePerSecond, pauseNanos);
      }
      long gained = Saturating.scale(pauseNanos, ratePerSecond, NANOS_PER_SECOND);
      long atStart = Math.max(level, Math.min(ratePerSecond, Saturating.add(level, gained)));
      return new Supply(Saturating.subtract(atStart, gained), ratePerSecond, pauseNanos);
    }

    long nanosToZero() {
      return level >= 0 ? startNanos : Math.max(startNanos, Saturating.scale(-level, NANOS_PER_SECOND, ratePerSecond));
    }
  }

  /** Solves {@code sum over accounts of max(0, level + rate * t) = demand} for t, accounts joining as they leave debt. */
  static long nanosToSupply(List<Supply> supplies, long demand) {
    List<Supply> joining = new ArrayList<>(supplies);
    joining.sort((a, b) -> Long.compare(a.nanosToZero(), b.nanosToZero()));
    long level = 0;
    long rate = 0;
    long nanos = MAX_NANOS;
    for (Supply supply : joining) {
      if (supply.nanosToZero() >= nanos) {
        break;
      }
      if (supply.ratePerSecond() == TokenBucket.UNLIMITED) {
        return supply.nanosToZero();
      }
      level = Saturating.add(level, supply.level());
      rate = Saturating.add(rate, supply.ratePerSecond());
      long missing = Saturating.subtract(demand, level);
      nanos = missing <= 0 ? supply.nanosToZero() : Math.min(MAX_NANOS, Saturating.scale(missing, NANOS_PER_SECOND, rate));
    }
    return nanos;
  }
}
