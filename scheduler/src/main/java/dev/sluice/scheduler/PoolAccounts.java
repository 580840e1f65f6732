// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import dev.sluice.scheduler.SchedulerSnapshot.AccountSnapshot;
import dev.sluice.scheduler.SchedulerSnapshot.TokenTotals;
import dev.sluice.scheduler.capacity.Account;
import dev.sluice.scheduler.capacity.Saturating;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

  PoolAccounts(List<ProviderAccount> configured, long nowNanos) {
    configure(configured, nowNanos);
  }

  /** Changes the accounts; one that keeps its provider's name keeps its level and its leases. */
  void configure(List<ProviderAccount> configured, long nowNanos) {
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

  /** Scales the account of {@code provider}, if it admits. */
  void scale(String provider, double scale, long nowNanos) {
    active.stream().filter(account -> account.provider().equals(provider)).forEach(account -> account.scale(scale, nowNanos));
  }

  /** Tokens per second of all accounts that admit, as scaled. */
  long tokensPerSecond() {
    long sum = 0;
    for (Account account : ledger) {
      sum = Saturating.add(sum, account.tokensPerSecond());
    }
    return sum;
  }

  PoolAccount get(int index) {
    return active.get(index);
  }

  int size() {
    return active.size();
  }

  /** Requests that the accounts which admit may run at a time, together. */
  long places() {
    return ledger.stream().mapToLong(Account::maxConcurrent).sum();
  }

  /** The part of the capacity of {@code mask} that is in use, 0..1: of places or of a second's tokens, whichever is more. */
  double load(long mask, long nowNanos) {
    double places = 0;
    double taken = 0;
    double rate = 0;
    double level = 0;
    for (long rest = mask; rest != 0; rest &= rest - 1) {
      Account account = ledger.get(Long.numberOfTrailingZeros(rest));
      places += account.maxConcurrent();
      taken += Math.min(account.inFlight(), account.maxConcurrent());
      rate += account.tokensPerSecond();
      level += Math.clamp(account.availableTokens(nowNanos), 0, account.tokensPerSecond());
    }
    return Math.max(taken / places, 1 - level / rate);
  }

  /** True if an account that admits has no place left. */
  boolean anySaturated() {
    for (int i = 0; i < ledger.size(); i++) {
      if (ledger.get(i).isSaturated()) {
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
