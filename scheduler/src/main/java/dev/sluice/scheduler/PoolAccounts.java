// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import dev.sluice.scheduler.SchedulerSnapshot.AccountSnapshot;
import dev.sluice.scheduler.SchedulerSnapshot.TokenTotals;
import dev.sluice.scheduler.capacity.Account;
import dev.sluice.scheduler.capacity.Saturating;
import dev.sluice.scheduler.dispatch.Dispatcher;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;

/**
 * The accounts of one pool: those that admit, in configured order, and removed ones whose leases run out. Not thread-safe;
 * confined to the pool's lock.
 */
final class PoolAccounts {
  private static final TokenTotals NOTHING = new TokenTotals(0, 0, 0, 0, 0, 0);

  private List<PoolAccount> active = List.of();
  private List<Account> ledger = List.of();
  private List<PoolAccount> removed = List.of();
  private TokenTotals forgotten = NOTHING;
  private boolean scored;

  PoolAccounts(List<ProviderAccount> configured, int headroomPercent, long nowNanos) {
    configure(configured, headroomPercent, nowNanos);
  }

  /**
   * Changes the accounts; one that keeps its provider's name keeps its level and its leases.
   *
   * @param headroomPercent part of each that {@linkplain Account#headroom is headroom}
   */
  void configure(List<ProviderAccount> configured, int headroomPercent, long nowNanos) {
    Map<String, PoolAccount> known = new HashMap<>();
    Stream.concat(active.stream(), removed.stream()).forEach(account -> known.put(account.provider(), account));
    List<PoolAccount> next = new ArrayList<>();
    for (ProviderAccount wanted : configured) {
      PoolAccount existing = known.remove(wanted.provider());
      if (existing == null) {
        next.add(new PoolAccount(wanted, nowNanos));
      } else {
        existing.limits(wanted.limits(), nowNanos);
        next.add(existing);
      }
    }
    active = List.copyOf(next);
    ledger = active.stream().map(PoolAccount::account).toList();
    ledger.forEach(account -> account.headroom(headroomPercent));
    scored = active.stream().anyMatch(account -> !account.preference().equals(Preference.NONE));
    known.values().stream()
        .filter(account -> account.account().inFlight() == 0)
        .forEach(account -> forgotten = sum(forgotten, account.totals()));
    removed = known.values().stream().filter(account -> account.account().inFlight() > 0).toList();
  }

  /** Lets go of removed accounts whose last lease has ended. */
  void forgetIdle() {
    if (!removed.isEmpty() && removed.stream().anyMatch(account -> account.account().inFlight() == 0)) {
      removed.stream()
          .filter(account -> account.account().inFlight() == 0)
          .forEach(account -> forgotten = sum(forgotten, account.totals()));
      removed = removed.stream().filter(account -> account.account().inFlight() > 0).toList();
    }
  }

  /** Changes the account of {@code provider}, if it admits; false if that left everything as it was. */
  boolean adjust(String provider, AccountChange change, long nowNanos) {
    return active.stream().anyMatch(account -> account.provider().equals(provider) && change.apply(account, nowNanos));
  }

  /** Changes what sending requests to {@code provider} costs. */
  void prefer(String provider, Preference preference) {
    active.stream().filter(account -> account.provider().equals(provider)).forEach(account -> account.prefer(preference));
    scored = active.stream().anyMatch(account -> !account.preference().equals(Preference.NONE));
  }

  /** Whether scores decide, and not order alone. */
  boolean scored() {
    return scored;
  }

  /**
   * Of the accounts in {@code mask} where {@code cost} fits now the one to take, as a mask of one bit; 0 if there is none.
   *
   * @param leaves accounts in which the headroom is left free
   */
  long pick(long mask, long leaves, TokenCost cost, long nowNanos) {
    if (!scored) {
      return Dispatcher.firstFitting(ledger, mask, leaves, cost.total(), nowNanos);
    }
    long best = 0;
    double bestScore = Double.POSITIVE_INFINITY;
    for (long rest = mask; rest != 0; rest &= rest - 1) {
      int index = Long.numberOfTrailingZeros(rest);
      double score = active.get(index).preference().score(cost);
      if (score < bestScore && ledger.get(index).fits(cost.total(), (leaves & 1L << index) != 0, nowNanos)) {
        best = 1L << index;
        bestScore = score;
      }
    }
    return best;
  }

  /** The accounts whose providers are healthy, one bit an account. */
  long healthy() {
    long mask = 0;
    for (int i = 0; i < active.size(); i++) {
      mask |= active.get(i).standing().healthy() ? 1L << i : 0;
    }
    return mask;
  }

  /** How long a request may wait that may use the accounts of {@code mask}: without end if one of them is healthy. */
  long patienceNanos(long mask) {
    long longest = 0;
    for (long rest = mask; rest != 0; rest &= rest - 1) {
      longest = Math.max(longest, active.get(Long.numberOfTrailingZeros(rest)).standing().patienceNanos());
    }
    return longest;
  }

  /** Time until the first account of {@code mask} has no pause. */
  long pauseNanos(long mask, long nowNanos) {
    long shortest = Long.MAX_VALUE;
    for (long rest = mask; rest != 0; rest &= rest - 1) {
      shortest = Math.min(shortest, ledger.get(Long.numberOfTrailingZeros(rest)).pauseNanos(nowNanos));
    }
    return shortest;
  }

  /** Time before which no account of {@code mask} can give anything; 0 if one is unhealthy, for nobody knows when it recovers. */
  long leastWaitNanos(long mask, long nowNanos) {
    long shortest = Long.MAX_VALUE;
    for (long rest = mask; rest != 0; rest &= rest - 1) {
      PoolAccount account = active.get(Long.numberOfTrailingZeros(rest));
      shortest = Math.min(shortest, account.standing().healthy() ? account.account().leastWaitNanos(nowNanos) : 0);
    }
    return shortest;
  }

  /** Tokens per second of the accounts that admit, as scaled: of the healthy ones, or of all if none is. */
  long tokensPerSecond() {
    long counted = counted();
    long sum = 0;
    for (int i = 0; i < ledger.size(); i++) {
      sum = (counted & 1L << i) != 0 ? Saturating.add(sum, ledger.get(i).tokensPerSecond()) : sum;
    }
    return sum;
  }

  PoolAccount get(int index) {
    return active.get(index);
  }

  int size() {
    return active.size();
  }

  /** Requests that the accounts which admit may run at a time, together: the healthy ones, or all if none is. */
  long places() {
    return places(Account::maxConcurrent);
  }

  /** Requests that they may soon run at a time. */
  long prospectivePlaces() {
    return places(Account::prospectivePlaces);
  }

  private long places(ToIntFunction<Account> of) {
    long counted = counted();
    long places = 0;
    for (int i = 0; i < ledger.size(); i++) {
      places += (counted & 1L << i) != 0 ? of.applyAsInt(ledger.get(i)) : 0;
    }
    return places;
  }

  /**
   * The part of the healthy capacity of {@code mask} that is in use, 0..1: of places or of a second's tokens, whichever is more; 1 if there is
   * none. What is about to be there counts as there.
   */
  double load(long mask, long nowNanos) {
    double places = 0;
    double taken = 0;
    double rate = 0;
    double used = 0;
    for (long rest = mask & healthy(); rest != 0; rest &= rest - 1) {
      Account account = ledger.get(Long.numberOfTrailingZeros(rest));
      places += account.prospectivePlaces();
      taken += Math.min(account.inFlight(), account.prospectivePlaces());
      rate += account.prospectiveTokensPerSecond();
      used += account.tokensPerSecond() - Math.clamp(account.availableTokens(nowNanos), 0, account.tokensPerSecond());
    }
    return places == 0 ? 1 : Math.max(taken / places, used / rate);
  }

  /** The accounts that count as capacity, one bit an account. */
  private long counted() {
    long healthy = healthy();
    return healthy == 0 ? -1L : healthy;
  }

  /** True if an account that counts as capacity has no place left. */
  boolean anySaturated() {
    long counted = counted();
    for (int i = 0; i < ledger.size(); i++) {
      if ((counted & 1L << i) != 0 && ledger.get(i).isSaturated()) {
        return true;
      }
    }
    return false;
  }

  /** The accounts that admit, by index. */
  List<Account> ledger() {
    return ledger;
  }

  /** Accounts that requests restricted to {@code providers} may use, one bit an account. */
  long named(Set<String> providers) {
    long mask = 0;
    for (int i = 0; i < active.size(); i++) {
      mask |= active.get(i).isAmong(providers) ? 1L << i : 0;
    }
    return mask;
  }

  /** Of {@code mask}, the accounts whose context window holds so many tokens. */
  long holding(long mask, long contextTokens) {
    long holding = 0;
    for (int i = 0; i < active.size(); i++) {
      holding |= active.get(i).holdsContext(contextTokens) ? mask & 1L << i : 0;
    }
    return holding;
  }

  List<AccountSnapshot> snapshot(long nowNanos) {
    return Stream.concat(active.stream(), removed.stream()).map(account -> account.snapshot(nowNanos)).toList();
  }

  TokenTotals totals() {
    return Stream.concat(active.stream(), removed.stream()).map(PoolAccount::totals).reduce(forgotten, PoolAccounts::sum);
  }

  private static TokenTotals sum(TokenTotals a, TokenTotals b) {
    return new TokenTotals(
        a.granted() + b.granted(),
        a.settled() + b.settled(),
        a.refunded() + b.refunded(),
        a.held() + b.held(),
        a.expired() + b.expired(),
        a.overrun() + b.overrun());
  }
}
