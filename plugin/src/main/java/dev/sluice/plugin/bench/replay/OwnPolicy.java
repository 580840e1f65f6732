// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.replay;

import dev.sluice.scheduler.AccountLimits;
import dev.sluice.scheduler.LaneConfig;
import dev.sluice.scheduler.ProviderAccount;
import dev.sluice.scheduler.SchedulerConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An operator's configuration as a contender: the scheduler as it would run, and the providers of one model as the world it runs in.
 * Immutable.
 *
 * <p>The providers' places are the slots, at the mean of their paces. A replay with another number of slots scales every provider's
 * limits alike, so that load is varied by capacity and bursts stay as they are. Rules, time windows, quotas and providers' contexts beyond their
 * limits are not part of a replay.
 */
public final class OwnPolicy {
  private static final double NANOS = 1e9;
  private static final long MAX_RATE = 1_000_000_000L;

  private final SchedulerConfig config;
  private final String model;
  private final List<ProviderAccount> accounts;

  /**
   * The policy of {@code config} for one of its models.
   *
   * @throws IllegalArgumentException if no provider serves the model
   */
  public OwnPolicy(SchedulerConfig config, String model) {
    this.config = config;
    this.model = model;
    this.accounts = config.pools().getOrDefault(model, List.of());
    if (accounts.isEmpty()) {
      throw new IllegalArgumentException("model: " + model + " (expected: one of " + config.pools().keySet() + ")");
    }
  }

  /** A contender with this policy. */
  public Contender contender(Stage stage) {
    return new SchedulerContender(stage, this::scaled, model);
  }

  /** Places of all providers. */
  public int slots() {
    return (int) Math.min(Integer.MAX_VALUE, accounts.stream().mapToLong(account -> account.limits().maxConcurrent()).sum());
  }

  /** How long requests hold a place. */
  public ServiceModel service() {
    double places = slots();
    double prefill = 0;
    double output = 0;
    for (ProviderAccount account : accounts) {
      double part = account.limits().maxConcurrent() / places;
      prefill += part * account.limits().leaseLife().prefillNanosPerToken();
      output += part * account.limits().leaseLife().outputNanosPerToken();
    }
    return new ServiceModel(NANOS / Math.max(1e-3, prefill), Math.round(output));
  }

  /** A goal for each lane: the longest wait configured, worth its weight; {@code lanes} beyond the configured ones are as the last. */
  public List<LaneGoal> goals(int lanes) {
    List<LaneGoal> goals = new ArrayList<>();
    for (int lane = 0; lane < Math.max(lanes, config.lanes().size()); lane++) {
      LaneConfig own = config.lanes().get(Math.min(lane, config.lanes().size() - 1));
      goals.add(new LaneGoal("lane " + lane, Math.max(1, own.weight()), own.maxWaitNanos()));
    }
    return goals;
  }

  /** The configuration with the model's providers scaled to so many places in all. */
  private SchedulerConfig scaled(int slots) {
    double scale = slots / (double) slots();
    List<ProviderAccount> scaled = new ArrayList<>();
    long before = 0;
    int handedOut = 0;
    for (ProviderAccount account : accounts) {
      before += account.limits().maxConcurrent();
      int places = (int) Math.round(scale * before) - handedOut;
      handedOut += places;
      if (places > 0) {
        scaled.add(new ProviderAccount(account.provider(), limits(account.limits(), places, scale)));
      }
    }
    return config.withPools(Map.of(model, scaled));
  }

  private static AccountLimits limits(AccountLimits limits, int places, double scale) {
    long tokens = limits.tokensPerSecond() == Long.MAX_VALUE ? Long.MAX_VALUE : rate(limits.tokensPerSecond() * scale);
    int requests = limits.requestsPerSecond() == Integer.MAX_VALUE ? Integer.MAX_VALUE : (int) rate(limits.requestsPerSecond() * scale);
    return new AccountLimits(tokens, requests, places, limits.maxContextTokens(), limits.leaseLife());
  }

  private static long rate(double rate) {
    return Math.clamp(Math.round(rate), 1, MAX_RATE);
  }
}
