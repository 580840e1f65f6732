// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import java.util.ArrayList;
import java.util.List;

/** A provider's capacity in the plainest terms: nano-tokens, and a list of leases. Not thread-safe. */
final class NaiveAccount {
  static final long NANO = 1_000_000_000L;

  final String provider;
  final List<NaiveLease> leases = new ArrayList<>();
  AccountLimits limits;
  int headroomPercent;
  private long nanoTokens;
  private long nanoRequests;
  private long atNanos;

  /** A lease as the oracle sees it. */
  record NaiveLease(int id, NaiveAccount account, int lane, WorkRequest request, long expiresAtNanos, long sequence) {
    TokenCost cost() {
      return request.cost();
    }
  }

  NaiveAccount(ProviderAccount configured, long nowNanos) {
    provider = configured.provider();
    limits = configured.limits();
    atNanos = nowNanos;
    nanoTokens = burst();
    nanoRequests = requestBurst();
  }

  /** One bit a provider. */
  int bit() {
    return 1 << provider.charAt(0) - 'a';
  }

  private boolean tokensLimited() {
    return limits.tokensPerSecond() != Long.MAX_VALUE;
  }

  private boolean requestsLimited() {
    return limits.requestsPerSecond() != Integer.MAX_VALUE;
  }

  private long burst() {
    return tokensLimited() ? limits.tokensPerSecond() * NANO : 0;
  }

  private long requestBurst() {
    return requestsLimited() ? limits.requestsPerSecond() * NANO : 0;
  }

  void advance(long nowNanos) {
    long elapsed = nowNanos - atNanos;
    atNanos = nowNanos;
    if (tokensLimited()) {
      nanoTokens = Math.min(burst(), nanoTokens + elapsed * limits.tokensPerSecond());
    }
    if (requestsLimited()) {
      nanoRequests = Math.min(requestBurst(), nanoRequests + elapsed * limits.requestsPerSecond());
    }
  }

  void limits(AccountLimits next) {
    boolean tokensFresh = !tokensLimited() || next.tokensPerSecond() == Long.MAX_VALUE;
    boolean requestsFresh = !requestsLimited() || next.requestsPerSecond() == Integer.MAX_VALUE;
    limits = next;
    nanoTokens = tokensFresh ? burst() : Math.min(nanoTokens, burst());
    nanoRequests = requestsFresh ? requestBurst() : Math.min(nanoRequests, requestBurst());
  }

  private long headroom(long limit) {
    return (limit * headroomPercent + 99) / 100;
  }

  private long missingTokens(long tokens, boolean leaving) {
    long needed = tokens + (tokensLimited() && leaving ? headroom(limits.tokensPerSecond()) : 0);
    return tokensLimited() ? Math.max(0, Math.min(needed * NANO, burst()) - nanoTokens) : 0;
  }

  private long missingRequests(boolean leaving) {
    long needed = 1 + (requestsLimited() && leaving ? headroom(limits.requestsPerSecond()) : 0);
    return requestsLimited() ? Math.max(0, Math.min(needed * NANO, requestBurst()) - nanoRequests) : 0;
  }

  /** Whether so many more requests of this kind could get a place if nobody ended. */
  boolean hasPlace(boolean leaving) {
    long kept = leaving ? Math.min(headroom(limits.maxConcurrent()), limits.maxConcurrent() - 1L) : 0;
    return leases.size() + kept < limits.maxConcurrent();
  }

  /** Whether a request may start, {@code leaving} the headroom or not. */
  boolean fits(long tokens, boolean leaving) {
    return hasPlace(leaving) && missingTokens(tokens, leaving) == 0 && missingRequests(leaving) == 0;
  }

  /** The instant at which the rates allow so many tokens. */
  long readyAtNanos(long tokens, boolean leaving) {
    long waitTokens = tokensLimited() ? Math.ceilDiv(missingTokens(tokens, leaving), limits.tokensPerSecond()) : 0;
    long waitRequests = requestsLimited() ? Math.ceilDiv(missingRequests(leaving), limits.requestsPerSecond()) : 0;
    return atNanos + Math.max(waitTokens, waitRequests);
  }

  void take(NaiveLease lease) {
    leases.add(lease);
    nanoTokens -= tokensLimited() ? lease.cost().total() * NANO : 0;
    nanoRequests -= requestsLimited() ? NANO : 0;
  }

  void end(NaiveLease lease, LeaseEnd end, TokenCost actual) {
    leases.remove(lease);
    long back = switch (end) {
      case SETTLED -> lease.cost().total() - actual.total();
      case CANCELLED -> lease.cost().total();
      case EXPIRED -> 0;
    };
    nanoTokens = tokensLimited() ? Math.min(burst(), nanoTokens + back * NANO) : 0;
    if (end == LeaseEnd.CANCELLED && requestsLimited()) {
      nanoRequests = Math.min(requestBurst(), nanoRequests + NANO);
    }
  }

  long availableTokens() {
    return tokensLimited() ? Math.floorDiv(nanoTokens, NANO) : Long.MAX_VALUE;
  }
}
