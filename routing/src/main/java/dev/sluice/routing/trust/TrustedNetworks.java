// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.trust;

import java.net.InetAddress;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Which networks' hosts are believed what. Immutable. */
public record TrustedNetworks(List<Grant> grants) {
  /** Nobody is believed anything. */
  public static final TrustedNetworks NONE = new TrustedNetworks(List.of());

  public TrustedNetworks {
    grants = List.copyOf(grants);
  }

  /** What the hosts of one network are believed. Immutable. */
  public record Grant(Network network, Set<Claim> claims) {
    public Grant {
      claims = Set.copyOf(claims);
    }
  }

  /** What {@code peer} is believed: all that the networks it is in are. */
  public Set<Claim> claims(InetAddress peer) {
    Set<Claim> claims = EnumSet.noneOf(Claim.class);
    for (Grant grant : grants) {
      if (grant.network().contains(peer)) {
        claims.addAll(grant.claims());
      }
    }
    return claims;
  }
}
