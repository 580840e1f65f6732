// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import dev.sluice.scheduler.SchedulerSnapshot.AccountSnapshot;
import dev.sluice.scheduler.SchedulerSnapshot.TokenTotals;
import dev.sluice.scheduler.capacity.Account;
import dev.sluice.scheduler.capacity.TokenBucket;
import dev.sluice.scheduler.fairness.Hold;
import java.util.Set;

/** A provider's ledger account with its limits. Not thread-safe; confined to the pool's lock. */
final class PoolAccount {
  private final String provider;
  private final Account account;
  private AccountLimits limits;
  private double scale = 1;
  private Standing standing = Standing.WHOLE;
  private Preference preference = Preference.NONE;

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
    apply(nowNanos);
  }

  /** Gives the account only so much of its limits, 0..1; no limit falls below 1. */
  void scale(double newScale, long nowNanos) {
    scale = newScale;
    apply(nowNanos);
  }

  /** Gives the account what its provider's health leaves. */
  void stand(Standing newStanding, long nowNanos) {
    standing = newStanding;
    apply(nowNanos);
  }

  void prefer(Preference newPreference) {
    preference = newPreference;
  }

  Preference preference() {
    return preference;
  }

  Standing standing() {
    return standing;
  }

  private void apply(long nowNanos) {
    boolean forGood = standing.pausedUntilNanos() == Standing.NEVER_NANOS;
    account.pause(!standing.paused() ? Account.Pause.NONE : forGood ? Account.Pause.FOR_GOOD : Account.Pause.UNTIL, standing.pausedUntilNanos());
    account.limits(
        scaled(limits.tokensPerSecond(), Long.MAX_VALUE),
        scaled(limits.requestRate(), TokenBucket.UNLIMITED),
        concurrency(),
        nowNanos);
  }

  /** A number of trials is meant as it is, not as a part. */
  private int concurrency() {
    return standing.maxConcurrent() == Integer.MAX_VALUE
        ? (int) scaled(limits.maxConcurrent(), Integer.MAX_VALUE)
        : Math.min(standing.maxConcurrent(), limits.maxConcurrent());
  }

  private long scaled(long limit, long unlimited) {
    double part = scale * standing.scale();
    return limit == unlimited || part >= 1 ? limit : Math.max(1, (long) (limit * part));
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

  /** How long the request would hold a place here. */
  Hold hold(WorkRequest request) {
    LeaseLife life = limits.leaseLife();
    long nanos = life.holdNanos(request.cost().inputTokens(), request.expectedOutputTokens());
    return Hold.of(nanos, life.outputNanosPerToken() / TokenCost.OUTPUT_WEIGHT);
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
