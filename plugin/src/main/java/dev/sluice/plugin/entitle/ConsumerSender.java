// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.entitle;

import dev.sluice.routing.Entitlement;
import dev.sluice.routing.KeyStatus;
import dev.sluice.routing.Terms;
import dev.sluice.routing.Traits;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;

/**
 * An APISIX consumer as a sender: whom the gateway's own authentication, such as {@code key-auth}, has let through. Rules know
 * it as the key {@code consumer:NAME}. Immutable.
 */
final class ConsumerSender {
  /** Names the authenticated consumer; there is none where no authentication ran before. */
  static final String NAME = "consumer_name";

  /** Names the consumer's group. */
  static final String GROUP = "consumer_group_id";

  private ConsumerSender() {}

  /** What the consumer may do, its account being {@code account}; empty if either is missing or no name. */
  static Optional<Entitlement> entitlement(Optional<byte[]> consumer, Optional<byte[]> account) {
    Optional<String> keyId = name(consumer).map(name -> "consumer:" + name);
    return keyId.flatMap(
        id ->
            name(account)
                .map(payer -> new Entitlement(id, payer, Traits.NONE, Terms.NONE, Set.of(), Set.of(), Optional.empty(), KeyStatus.ACTIVE)));
  }

  private static Optional<String> name(Optional<byte[]> variable) {
    return variable.map(bytes -> new String(bytes, StandardCharsets.UTF_8)).filter(text -> TrustedWords.NAME.matcher(text).matches());
  }
}
