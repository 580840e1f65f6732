// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.dispatch;

import dev.sluice.scheduler.capacity.Account;
import dev.sluice.scheduler.fairness.Claims;
import dev.sluice.scheduler.fairness.Entry;
import dev.sluice.scheduler.waiting.WaitingRoom;
import java.util.List;

/**
 * One dispatch round: grants capacity to waiters in policy order until nobody can run. Not thread-safe; confined to the pool's
 * lock.
 *
 * <p>A waiter runs on the account that the {@link Choice} prefers of those it may use, that nobody before it claimed and that have all it
 * needs. A waiter that finds none claims every account it may use: nobody behind it takes them, so small requests don't starve a
 * large one, and only waiters with an unclaimed account are looked at further. A waiter that would fit but for the headroom it leaves does not
 * claim the account from lane 0, for which the headroom is. A grant changes whose turn it is, so claims are
 * made anew after it. A grant costs O(log n) and one step per lane and eligibility mask.
 */
public final class Dispatcher {
  private Dispatcher() {}

  /** Hears of every grant; the entry has left the room and the account is reserved. */
  @FunctionalInterface
  public interface Grants {
    void granted(Entry entry, int accountIndex);
  }

  /** Which of several accounts a waiter gets. */
  public interface Choice {
    /** The accounts in which the waiter leaves the headroom free. */
    long leaves(Entry entry, long nowNanos);

    /** An account of {@code mask} where the waiter fits now, leaving what it has to, as a mask of one bit; 0 if there is none. */
    long pick(long mask, long leaves, Entry entry, long nowNanos);
  }

  /** Runs a round; returns the time until a refill lets somebody run, {@link Long#MAX_VALUE} if none will. */
  public static long round(WaitingRoom room, List<Account> accounts, Choice choice, long nowNanos, Grants grants) {
    Claims claims = Claims.NONE;
    long wakeInNanos = Long.MAX_VALUE;
    for (Entry entry = room.next(claims, nowNanos); entry != null; entry = room.next(claims, nowNanos)) {
      long open = entry.mask() & ~claims.on(entry.laneIndex());
      long leaves = choice.leaves(entry, nowNanos);
      long fitting = choice.pick(open, leaves, entry, nowNanos);
      if (fitting != 0) {
        int accountIndex = Long.numberOfTrailingZeros(fitting);
        room.serve(entry, nowNanos);
        accounts.get(accountIndex).reserve(entry.tokens(), nowNanos);
        grants.granted(entry, accountIndex);
        claims = Claims.NONE;
        wakeInNanos = Long.MAX_VALUE;
      } else {
        wakeInNanos = Math.min(wakeInNanos, readyInNanos(accounts, open, leaves, entry.tokens(), nowNanos));
        claims = claims.and(entry.mask(), open & ~fitting(accounts, open & leaves, entry.tokens(), nowNanos));
      }
    }
    return wakeInNanos;
  }

  /**
   * The first account of {@code mask} where {@code tokens} fit now, as a mask of one bit; 0 if there is none.
   *
   * @param leaves accounts in which the headroom is left free
   */
  public static long firstFitting(List<Account> accounts, long mask, long leaves, long tokens, long nowNanos) {
    for (long rest = mask; rest != 0; rest &= rest - 1) {
      long bit = Long.lowestOneBit(rest);
      if (accounts.get(Long.numberOfTrailingZeros(rest)).fits(tokens, (leaves & bit) != 0, nowNanos)) {
        return bit;
      }
    }
    return 0;
  }

  /** The accounts of {@code mask} where {@code tokens} fit if the headroom is not left. */
  private static long fitting(List<Account> accounts, long mask, long tokens, long nowNanos) {
    long fitting = 0;
    for (long rest = mask; rest != 0; rest &= rest - 1) {
      fitting |= accounts.get(Long.numberOfTrailingZeros(rest)).fits(tokens, false, nowNanos) ? Long.lowestOneBit(rest) : 0;
    }
    return fitting;
  }

  private static long readyInNanos(List<Account> accounts, long mask, long leaves, long tokens, long nowNanos) {
    long ready = Long.MAX_VALUE;
    for (long rest = mask; rest != 0; rest &= rest - 1) {
      boolean leaving = (leaves & Long.lowestOneBit(rest)) != 0;
      ready = Math.min(ready, accounts.get(Long.numberOfTrailingZeros(rest)).readyInNanos(tokens, leaving, nowNanos));
    }
    return ready;
  }
}
