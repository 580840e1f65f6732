// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

/**
 * The right of one admitted request to a provider's capacity, from its dispatch to its end.
 *
 * <p>A lease ends exactly once: {@linkplain #settle settled} with the actual usage, {@linkplain #cancel cancelled} before the
 * provider saw the request, or expired by the pool when no end was heard in time. Every later attempt is a no-op that returns
 * false and is counted. Thread-safe.
 */
public interface Lease {
  /** Name of the provider whose capacity is held. */
  String provider();

  /** The pool's model. */
  String model();

  /** The lane the request was admitted from. */
  int lane();

  /** The reserved estimate. */
  TokenCost cost();

  /** Time between arrival and admission, in nanoseconds. */
  long waitNanos();

  /** What the provider's rates held right after the reservation. */
  Headroom headroom();

  /** When the pool gives up on hearing the end, on its {@link Ticker}. */
  long expiresAtNanos();

  /**
   * Ends the lease: concurrency is free at once, the difference between the estimate and {@code actual} is returned to or
   * taken from the provider's tokens.
   *
   * @return false if the lease had already ended
   */
  boolean settle(TokenCost actual);

  /**
   * Ends the lease as if it had never been granted; for requests the provider never saw.
   *
   * @return false if the lease had already ended
   */
  boolean cancel();
}
