// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.trust;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrustedNetworksTest {
  private static InetAddress address(String literal) throws Exception {
    return InetAddress.getByName(literal);
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 10.255.0.1, true", "10.0.0.0/8, 11.0.0.1, false", "10.1.2.0/23, 10.1.3.255, true", "10.1.2.0/23, 10.1.4.0, false",
    "192.168.1.7/32, 192.168.1.7, true", "192.168.1.7/32, 192.168.1.6, false", "0.0.0.0/0, 8.8.8.8, true", "0.0.0.0/0, ::1, false",
    "128.0.0.0/1, 200.0.0.1, true", "128.0.0.0/1, 127.0.0.1, false", "fd00::/8, fdff::1, true", "fd00::/8, fe00::1, false",
    "2001:db8::/33, 2001:db8:7fff::1, true", "2001:db8::/33, 2001:db8:8000::1, false", "::1/128, ::1, true", "::/0, 10.0.0.1, false",
    "10.0.0.0/8, ::ffff:10.0.0.1, true"
  })
  void networksHoldTheAddressesOfTheirPrefix(String network, String address, boolean inside) throws Exception {
    assertThat(Network.parse(network).orElseThrow().contains(address(address))).isEqualTo(inside);
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.0", "10.0.0.0/33", "10.0.0.1/8", "10.0.0/8", "256.0.0.0/8", "fd00::/129", "fd00::1/8", "::g/8", "a.b/8", "abcd/8",
    "localhost/8", "10.0.0.0/-1", "", "/8", "1:2/8", "::ffff:10.0.0.0/104"})
  void anythingElseIsNoNetwork(String text) {
    assertThat(Network.parse(text)).isEmpty();
  }

  @Test
  void aHostIsBelievedWhatAnyOfItsNetworksIs() throws Exception {
    var networks =
        new TrustedNetworks(
            List.of(
                new TrustedNetworks.Grant(Network.parse("10.0.0.0/8").orElseThrow(), Set.of(Claim.TIER)),
                new TrustedNetworks.Grant(Network.parse("10.1.0.0/16").orElseThrow(), Set.of(Claim.PRIORITY))));
    assertThat(networks.claims(address("10.1.0.1"))).containsExactlyInAnyOrder(Claim.TIER, Claim.PRIORITY);
    assertThat(networks.claims(address("10.2.0.1"))).containsExactly(Claim.TIER);
    assertThat(networks.claims(address("192.168.0.1"))).isEmpty();
    assertThat(TrustedNetworks.NONE.claims(address("10.1.0.1"))).isEmpty();
  }
}
