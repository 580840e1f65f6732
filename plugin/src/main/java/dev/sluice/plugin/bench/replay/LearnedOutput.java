// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.replay;

import dev.sluice.plugin.bench.trace.TraceRequest;
import dev.sluice.scheduler.cost.LearnedCosts;
import dev.sluice.scheduler.cost.LearnedCosts.Asked;
import java.util.OptionalLong;

/** What production would have learned by then: {@link LearnedCosts} with default settings, an account a tenant. Not thread-safe. */
public final class LearnedOutput implements ExpectedOutput {
  private static final String MODEL = "bench";
  private static final int MOST = 65_536;

  private final LearnedCosts costs = new LearnedCosts(new LearnedCosts.Settings(true, 0.8, 256, MOST, 1));

  @Override
  public long tokens(TraceRequest request) {
    return Math.max(1, costs.expectedOutput(asked(request)));
  }

  @Override
  public void learn(TraceRequest request, long outputTokens) {
    Asked asked = asked(request);
    costs.learn(asked, costs.estimate(asked), OptionalLong.of(request.inputTokens()), OptionalLong.of(outputTokens));
  }

  private static Asked asked(TraceRequest request) {
    OptionalLong limit = request.maxOutputTokens() == TraceRequest.NO_LIMIT ? OptionalLong.empty() : OptionalLong.of(request.maxOutputTokens());
    return new Asked(request.tenant(), MODEL, true, request.inputTokens(), limit, 1);
  }
}
