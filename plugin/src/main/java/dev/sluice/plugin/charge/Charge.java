// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.charge;

import dev.sluice.scheduler.Lease;
import dev.sluice.scheduler.TokenCost;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What one request holds of its quotas and its key's rate. It ends exactly once; a later end is a no-op that returns false. Thread-safe.
 *
 * <p>Whoever got it from {@link Charges} owns it until {@link Charges#enter} hands it to the lease.
 */
public final class Charge {
  /** How a charge ends; each method is called at most once, and only one of them. */
  interface Ends {
    void cancelled();

    void settled(Lease lease, Use use);
  }

  /**
   * What a request used. Immutable.
   *
   * @param leaseName by which its usage is known; empty if it never left
   * @param cachedTokens of the input tokens those that the provider had in its cache
   */
  record Use(String leaseName, TokenCost actual, long cachedTokens) {}

  /** The charge of a request that nothing is counted for. */
  public static final Charge NONE =
      new Charge(
          new Ends() {
            @Override
            public void cancelled() {}

            @Override
            public void settled(Lease lease, Use use) {}
          });

  private final Ends ends;
  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile String leaseName = "";
  private volatile long cachedTokens;

  Charge(Ends ends) {
    this.ends = ends;
  }

  /** Notes the name of the request's lease, by which its usage is known. */
  public void named(String lease) {
    if (this != NONE) {
      leaseName = lease;
    }
  }

  /** Notes how many of its prompt tokens the provider had in its cache. */
  public void cached(long tokens) {
    if (this != NONE) {
      cachedTokens = tokens;
    }
  }

  /** Gives everything back, as if the request had never come. */
  public boolean cancel() {
    boolean first = ended.compareAndSet(false, true);
    if (first) {
      ends.cancelled();
    }
    return first;
  }

  /** Replaces the estimate by what the request used. */
  boolean settle(Lease lease, TokenCost actual) {
    boolean first = ended.compareAndSet(false, true);
    if (first) {
      ends.settled(lease, new Use(leaseName, actual, Math.min(cachedTokens, actual.inputTokens())));
    }
    return first;
  }
}
