// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

/** A place in a pool's waiting room. Thread-safe. */
public interface Ticket {
  /**
   * Gives the place up; the listener hears {@link EvictReason#CANCELLED}.
   *
   * @return false if the outcome was already decided
   */
  boolean cancel();

  /** The wait predicted on arrival, in nanoseconds. */
  long predictedWaitNanos();

  /** Requests of the same lane that stood ahead on arrival. */
  int position();
}
