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
 * Slows down whoever tries keys: an address has {@value #BURST} wrong ones at once and one more each {@value #SECONDS} seconds;
 * beyond that none of its keys is looked at, right or wrong. IPv6 counts by its first 64 bits, which one machine may fill at will.
 * The table holds {@value #ADDRESSES} addresses and forgets the one that failed longest ago. Thread-safe.
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

  /** Seconds until the address may try again; 0 if it may. */
  long retryAfterSeconds(InetAddress address) {
    lock.lock();
    try {
      Long until = paidOff.get(prefix(address));
      long excess = until == null ? 0 : until - ticker.read() - (BURST - 1) * NANOS;
      return excess <= 0 ? 0 : Math.ceilDiv(excess, 1_000_000_000L);
    } finally {
      lock.unlock();
    }
  }

  /** Notes a wrong key. */
  void failed(InetAddress address) {
    lock.lock();
    try {
      long now = ticker.read();
      String prefix = prefix(address);
      Long until = paidOff.remove(prefix);
      long from = until == null || until - now < 0 ? now : until;
      paidOff.put(prefix, from + NANOS);
      if (paidOff.size() > ADDRESSES) {
        paidOff.remove(paidOff.keySet().iterator().next());
      }
    } finally {
      lock.unlock();
    }
  }

  private static String prefix(InetAddress address) {
    byte[] bytes = address.getAddress();
    return HexFormat.of().formatHex(address instanceof Inet6Address ? Arrays.copyOf(bytes, 8) : bytes);
  }
}
