// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

/**
 * A source of monotonic time.
 *
 * <p>Values are nanoseconds from an opaque origin; they may be negative and are compared by subtraction only. Production
 * reads {@code System::nanoTime}, simulations a clock they move themselves.
 */
@FunctionalInterface
public interface Ticker {
  /** The present instant in nanoseconds. */
  long read();
}
