// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class GuessLimitTest {
  private static final long SECOND = 1_000_000_000L;

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5 * SECOND);
  private final GuessLimit limit = new GuessLimit(nanos::get);

  @Test
  void anAddressHasABurstAndThenOneGuessEachInterval() throws Exception {
    InetAddress address = InetAddress.getByName("192.0.2.1");
    for (int i = 0; i < GuessLimit.BURST; i++) {
      assertThat(limit.refuse(address)).isZero();
    }
    for (int i = 0; i < 100; i++) {
      assertThat(limit.refuse(address)).as("guesses beyond do not add up").isEqualTo(GuessLimit.SECONDS);
    }
    assertThat(limit.refuse(InetAddress.getByName("192.0.2.2"))).isZero();
    nanos.addAndGet(GuessLimit.SECONDS * SECOND);
    assertThat(limit.refuse(address)).isZero();
    assertThat(limit.refuse(address)).isPositive();
  }

  @Test
  void anIpv6NetworkOfOneMachineCountsAsOne() throws Exception {
    for (int i = 0; i < GuessLimit.BURST; i++) {
      assertThat(limit.refuse(InetAddress.getByName("2001:db8:0:1::" + i))).isZero();
    }
    assertThat(limit.refuse(InetAddress.getByName("2001:db8:0:1::ffff"))).isPositive();
    assertThat(limit.refuse(InetAddress.getByName("2001:db8:0:2::1"))).isZero();
  }

  @Test
  void theTableForgetsWhoFailedLongestAgo() throws Exception {
    InetAddress first = InetAddress.getByName("192.0.2.1");
    for (int i = 0; i < GuessLimit.BURST; i++) {
      assertThat(limit.refuse(first)).isZero();
    }
    for (int i = 0; i < GuessLimit.ADDRESSES - 1; i++) {
      assertThat(limit.refuse(InetAddress.getByAddress(new byte[] {10, 0, (byte) (i >> 8), (byte) i}))).isZero();
    }
    assertThat(limit.refuse(first)).isPositive();
    assertThat(limit.refuse(InetAddress.getByName("192.0.2.9"))).isZero();
    assertThat(limit.refuse(first)).isZero();
  }
}
