// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import java.util.List;
import java.util.OptionalDouble;

/**
 * Everything that decided on one request, once its wait is over. Immutable.
 *
 * @param lane where it waited or would have waited
 * @param cost the estimate it was judged by
 * @param maxOutputTokens upper bound of its answer; {@link WorkRequest#UNBOUNDED} without one
 * @param arrivalNanos when it came, on the pool's {@link Ticker}
 * @param position requests of its lane that stood ahead on arrival
 * @param bound what kept it from starting on arrival
 * @param predictedWaitNanos the wait foretold on arrival; 0 if it did not wait
 * @param waitNanos the wait it had
 * @param providers why it went to the one provider and not to the others, in configured order
 */
public record DecisionRecord(
    String model,
    String flow,
    int lane,
    TokenCost cost,
    long maxOutputTokens,
    long arrivalNanos,
    int position,
    Bound bound,
    long predictedWaitNanos,
    long waitNanos,
    Outcome outcome,
    List<ProviderVerdict> providers) {
  public DecisionRecord {
    providers = List.copyOf(providers);
  }

  /** What kept a request from starting on arrival. A closed set, fit for a metric label. */
  public enum Bound {
    /** Nothing did. */
    NONE,
    /** No provider that it may use and that could ever hold it. */
    PROVIDERS,
    /** Every provider it may use takes no requests for a while. */
    PAUSE,
    /** Every provider it may use ran as many requests as it takes. */
    CONCURRENCY,
    /** Requests per second. */
    REQUESTS,
    /** Tokens per second. */
    TOKENS,
    /** A provider had room, but neither its own bucket nor a better one paid for it. */
    BUCKET,
    /** A provider had room, but others went first. */
    TURN,
    /** The scheduler was shutting down. */
    DRAINING
  }

  /** What became of the request. */
  public sealed interface Outcome {
    /** It got capacity of a provider. */
    record Admitted(String provider) implements Outcome {}

    /** It was refused on arrival. */
    record Rejected(RejectReason reason) implements Outcome {}

    /** It was sent away after waiting. */
    record Evicted(EvictReason reason) implements Outcome {}
  }

  /**
   * What spoke for or against one provider when the outcome was decided. Immutable.
   *
   * @param score the request's {@link Preference#score} there; empty where order alone decides
   */
  public record ProviderVerdict(String provider, Verdict verdict, OptionalDouble score) {
    /** A verdict where order alone decides. */
    public ProviderVerdict(String provider, Verdict verdict) {
      this(provider, verdict, OptionalDouble.empty());
    }
  }

  /** What spoke for or against a provider. A closed set, fit for a metric label. */
  public enum Verdict {
    /** The request went there. */
    CHOSEN,
    /** It could have gone there; another was preferred, or it was not its turn. */
    FREE,
    /** It may not go there. */
    NOT_ALLOWED,
    /** It does not fit the context window. */
    CONTEXT,
    /** It asked to be left alone for a while. */
    PAUSED,
    /** It is unhealthy, and not to be tried yet. */
    UNHEALTHY,
    /** It ran as many requests as it takes. */
    CONCURRENCY,
    /** No request per second was left. */
    REQUESTS,
    /** No tokens per second were left. */
    TOKENS
  }
}
