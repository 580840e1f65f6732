// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

/** In which order lanes are served while several have waiters; {@link dev.sluice.scheduler.fairness.AgedOrder} goes before. */
public enum Policy {
  /** The most important lane first. */
  STRICT,
  /** In proportion to the lanes' weights, counted in tokens. */
  WEIGHTED,
  /** Lane 0 first up to its share of the recently dispatched tokens, the rest by weight. */
  HYBRID
}
