// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

/** In which order lanes are served while several have waiters. */
public enum Policy {
  /** The most important lane first, save for waiters past the starvation timeout. */
  STRICT,
  /** In proportion to the lanes' weights, counted in tokens. */
  WEIGHTED,
  /** Lane 0 first up to its share of the recently dispatched tokens, the rest by weight. */
  HYBRID
}
