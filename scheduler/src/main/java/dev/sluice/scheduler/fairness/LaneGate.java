// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.fairness;

import java.util.function.IntPredicate;

/**
 * A condition beside free providers under which the waiter whose turn it is in a lane may start. Not thread-safe; confined to the
 * pool's lock.
 *
 * <p>{@code waiting} says of a lane index whether anyone waits there.
 */
public interface LaneGate {
  /** Whether {@code head} may start now. */
  boolean opens(Entry head, IntPredicate waiting, long nowNanos);

  /** Time until the mere passing of time opens the gate for {@code head}; {@link Long#MAX_VALUE} for never. */
  long opensInNanos(Entry head, IntPredicate waiting, long nowNanos);

  /** Tokens that the whole pool starts while the gate lets {@code tokens} of a lane through. */
  long tokensOfPool(int lane, long tokens, IntPredicate waiting, long nowNanos);
}
