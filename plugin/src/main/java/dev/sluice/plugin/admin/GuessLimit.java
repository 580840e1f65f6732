// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admin;

import dev.sluice.scheduler.Ticker;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Slows down whoever tries keys: an address is told of {@value #BURST} wrong ones at once that they are wrong, and of one more each {@value
 * #SECONDS} seconds; of those beyond it learns only that there were too many. IPv6 counts by its first 64 bits, which one machine may fill at
 * will. The table holds {@value #ADDRESSES} addresses and forgets the one that failed longest ago. Thread-safe.
 *
 * <p>Only wrong keys are counted, and only they are refused: a right one always opens, so that nobody is kept out by what others of his address
 * do. What keeps a guesser out in the end is the length of the keys.
 */
final class GuessLimit {
  static final int BURST = 10;
  static final int SECONDS = 6;
  static final int ADDRESSES = 4096;

  private static final long NANOS = SECONDS * 1_000_000_000L;

  private final Ticker ticker;
  private final ReentrantLock lock = new ReentrantLock();
  /** By address, the instant at which its last wrong key is paid off. */
  private final Map<String, Long> paidOff = new LinkedHashMap<>(16, 0.75f, false);

  GuessLimit(Ticker ticker) {
    this.ticker = ticker;
  }

  /** Takes in that the address sent a wrong key; seconds until it may be told of another, 0 if it may be told of this one. */
  long refuse(InetAddress address) {
    lock.lock();
    try {
      long now = ticker.read();
      String prefix = prefix(address);
      Long until = paidOff.get(prefix);
      long from = until == null || until - now < 0 ? now : until;
      long excess = from - now - (BURST - 1) * NANOS;
      if (excess > 0) {
        return Math.ceilDiv(excess, 1_000_000_000L);
      }
      paidOff.remove(prefix);
      paidOff.put(prefix, from + NANOS);
      if (paidOff.size() > ADDRESSES) {
        paidOff.remove(paidOff.keySet().iterator().next());
      }
      return 0;
    } finally {
      lock.unlock();
    }
  }

  private static String prefix(InetAddress address) {
    byte[] bytes = address.getAddress();
    return HexFormat.of().formatHex(address instanceof Inet6Address ? Arrays.copyOf(bytes, 8) : bytes);
  }
}
