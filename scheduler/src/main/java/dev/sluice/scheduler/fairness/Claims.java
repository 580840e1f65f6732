// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.fairness;

/**
 * The accounts that waiters further ahead wait for, one bit an account: whom they are kept from. Immutable.
 *
 * @param everyone kept from all lanes
 * @param otherLanes kept from all lanes but lane 0; contains {@code everyone}
 */
public record Claims(long everyone, long otherLanes) {
  /** Nobody waits for any. */
  public static final Claims NONE = new Claims(0, 0);

  /** What is kept from a lane. */
  public long on(int laneIndex) {
    return laneIndex == 0 ? everyone : otherLanes;
  }

  /** These, and {@code mask} for all lanes but lane 0, and of that {@code forAll} for lane 0 too. */
  public Claims and(long mask, long forAll) {
    return new Claims(everyone | forAll, otherLanes | mask);
  }
}
