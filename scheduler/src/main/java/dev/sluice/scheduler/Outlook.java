// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

/**
 * How a request would fare if it were submitted now. Immutable.
 *
 * @param waitNanos the wait foretold, as if its lane were first come first served; 0 if it would start at once, {@link #REFUSED} if it would be refused
 * @param load part of the capacity it may use that is in use, 0..1: of places or of the tokens of a second, whichever is more
 */
public record Outlook(long waitNanos, double load) {
  /** Stands for the wait of a request that nobody would let wait. */
  public static final long REFUSED = Long.MAX_VALUE;

  /** Of a request that nobody can take. */
  static final Outlook NOBODY = new Outlook(REFUSED, 1);
}
