// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.replay;

import dev.sluice.plugin.bench.trace.TraceRequest;
import java.util.HashMap;
import java.util.Map;

/**
 * Learns a mean output per lane and size of the caller's limit, and corrects it per tenant as evidence grows. Not thread-safe.
 *
 * <p>Limits are told apart by their power of two, so a limit says as much as the answers under it did, and one that lies says
 * nothing: a tenant's own record outweighs the lane's after some {@link #TRUST} answers.
 */
public final class LearnedOutput implements ExpectedOutput {
  private static final double FIRST_GUESS = 256;
  private static final double TRUST = 32;

  /** Older answers count less: the memory is about this many. */
  private static final double MEMORY = 1_000;

  private final Map<String, Mean> means = new HashMap<>();

  private static final class Mean {
    private double sum;
    private double count;

    void add(double value) {
      double keep = count >= MEMORY ? 1 - 1 / MEMORY : 1;
      sum = sum * keep + value;
      count = count * keep + 1;
    }

    double towards(double prior) {
      return (sum + TRUST * prior) / (count + TRUST);
    }
  }

  @Override
  public long tokens(TraceRequest request) {
    double lane = mean(laneKey(request)).towards(Math.min(FIRST_GUESS, (double) request.maxOutputTokens()));
    double own = mean(tenantKey(request)).towards(lane);
    return Math.max(1, Math.min(request.maxOutputTokens(), Math.round(own)));
  }

  @Override
  public void learn(TraceRequest request, long outputTokens) {
    mean(laneKey(request)).add((double) outputTokens);
    mean(tenantKey(request)).add((double) outputTokens);
  }

  private Mean mean(String key) {
    return means.computeIfAbsent(key, k -> new Mean());
  }

  private static String laneKey(TraceRequest request) {
    return request.lane() + "/" + Long.numberOfLeadingZeros(request.maxOutputTokens());
  }

  private static String tenantKey(TraceRequest request) {
    return request.tenant() + "/" + laneKey(request);
  }
}
