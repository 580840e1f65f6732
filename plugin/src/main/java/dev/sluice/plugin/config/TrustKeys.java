// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

import dev.sluice.routing.config.Key;
import dev.sluice.routing.config.Kind;
import dev.sluice.routing.config.Kinds;
import dev.sluice.routing.config.Section;
import dev.sluice.routing.config.Values;
import dev.sluice.routing.trust.Claim;
import dev.sluice.routing.trust.Network;
import dev.sluice.routing.trust.TrustedNetworks;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The declaration of trusted networks. Immutable. */
final class TrustKeys {
  private static final Key<Network> NETWORK =
      Key.required(
          "network",
          new Kind.Single<>(
              "a network such as 10.0.0.0/8 or fd00::/8, without bits beyond the prefix",
              Map.of("type", "string", "pattern", "^[0-9a-fA-F:.]+/[0-9]{1,3}$"),
              Network::parse,
              network -> "'" + network + "'"),
          "The addresses that connect to the gateway; what `X-Forwarded-For` says does not count.");
  private static final Key<List<Claim>> BELIEVE =
      Key.required(
          "believe",
          Kinds.list(Kinds.choice(Claim.class), Claim.values().length),
          "Which of `X-Sluice-Tier`, `-Environment`, `-Workload`, `-Account` and `-Priority` count; `priority` may raise, too.");

  static final Section SECTION =
      Section.list(
              "trusted_networks",
              "Whose word counts: senders, such as a gateway of your own before this one, that may say what a request is. From everybody else"
                  + " these headers are as if not sent. They never reach a provider.",
              List.of(NETWORK, BELIEVE),
              List.of())
          .reloadable();

  private TrustKeys() {}

  /** The networks without a fault. */
  static TrustedNetworks read(List<Values> items) {
    List<TrustedNetworks.Grant> grants = new ArrayList<>();
    for (Values item : items) {
      if (item.sound(NETWORK, BELIEVE)) {
        grants.add(new TrustedNetworks.Grant(item.get(NETWORK), Set.copyOf(item.get(BELIEVE))));
      }
    }
    return new TrustedNetworks(grants);
  }
}
