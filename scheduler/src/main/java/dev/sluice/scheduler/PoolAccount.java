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
  private Slice slice = Slice.WHOLE;
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
  boolean scale(double newScale, long nowNanos) {
    scale = newScale;
    apply(nowNanos);
    return true;
  }

  /** Gives the account the part that this process has of its limits. */
  boolean slice(Slice newSlice, long nowNanos) {
    if (newSlice.equals(slice)) {
      return false;
    }
    slice = newSlice;
    apply(nowNanos);
    return true;
  }

  /** Gives the account what its provider's health leaves. */
  boolean stand(Standing newStanding, long nowNanos) {
    standing = newStanding;
    apply(nowNanos);
    return true;
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
    double rates = slice.rateParts() / (double) Slice.WHOLE_RATE;
    account.limits(
        scaled(limits.tokensPerSecond(), TokenBucket.UNLIMITED, rates), scaled(limits.requestRate(), TokenBucket.UNLIMITED, rates), concurrency(slice.places()), nowNanos);
    account.prospects(concurrency(slice.prospects().places()), slice.prospects().rateParts() / (double) slice.rateParts());
  }

  /** A number of trials is meant as it is, not as a part. */
  private int concurrency(int slicePlaces) {
    int places = Math.min(slicePlaces, limits.maxConcurrent());
    return standing.maxConcurrent() == Integer.MAX_VALUE ? (int) scaled(places, Integer.MAX_VALUE, 1) : Math.min(standing.maxConcurrent(), places);
  }

  private long scaled(long limit, long unlimited, double part) {
    double left = part * scale * standing.scale();
    return limit == unlimited || left >= 1 ? limit : Math.max(1, (long) (limit * left));
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
    return new AccountSnapshot(
        provider,
        limits,
        account.inFlight(),
        account.maxConcurrent(),
        headroom(nowNanos),
        account.startedRequests(),
        account.grantedTokens());
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
