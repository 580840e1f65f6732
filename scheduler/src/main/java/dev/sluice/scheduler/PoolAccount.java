// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import dev.sluice.scheduler.SchedulerSnapshot.AccountSnapshot;
import dev.sluice.scheduler.SchedulerSnapshot.TokenTotals;
import dev.sluice.scheduler.capacity.Account;
import java.util.Set;

/** A provider's ledger account with its limits. Not thread-safe; confined to the pool's lock. */
final class PoolAccount {
  private final String provider;
  private final Account account;
  private AccountLimits limits;

  PoolAccount(ProviderAccount configured, long nowNanos) {
    this.provider = configured.provider();
    this.limits = configured.limits();
    this.account = new Account(limits.tokensPerSecond(), limits.requestRate(), limits.maxConcurrent(), nowNanos);
  }

  String provider() {
    return provider;
  }

  Account account() {
    return account;
  }

  void limits(AccountLimits newLimits, long nowNanos) {
    limits = newLimits;
    account.limits(limits.tokensPerSecond(), limits.requestRate(), limits.maxConcurrent(), nowNanos);
  }

  /** True if requests restricted to {@code providers}, empty for none, may come here. */
  boolean isAmong(Set<String> providers) {
    return providers.isEmpty() || providers.contains(provider);
  }

  boolean holdsContext(long contextTokens) {
    return contextTokens <= limits.maxContextTokens();
  }

  long leaseLifeNanos(WorkRequest request) {
    return limits.leaseLife().nanos(request.cost().inputTokens(), request.maxOutputTokens());
  }

  Headroom headroom(long nowNanos) {
    return new Headroom(
        account.tokensPerSecond(),
        account.availableTokens(nowNanos),
        account.requestsPerSecond(),
        account.availableRequests(nowNanos));
  }

  AccountSnapshot snapshot(long nowNanos) {
    return new AccountSnapshot(provider, limits, account.inFlight(), account.availableTokens(nowNanos));
  }

  TokenTotals totals() {
    return new TokenTotals(
        account.grantedTokens(),
        account.settledTokens(),
        account.refundedTokens(),
        account.heldTokens(),
        account.expiredTokens(),
        account.overrunTokens());
  }
}
