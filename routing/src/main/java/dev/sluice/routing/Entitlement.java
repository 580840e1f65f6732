// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * What the bearer of a key may do. Immutable.
 *
 * @param keyId name of the key; no secret
 * @param account who pays, and by default the unit of fairness
 * @param traits what is known of the account and the key
 * @param terms what the key itself settles; routing rules and the configuration give the rest
 * @param models names the key may use, each exact or a prefix followed by {@code *}; empty means all
 * @param providers names of providers its requests may go to; empty means all
 * @param expiresAt first instant at which the key is no longer valid
 */
public record Entitlement(
    String keyId,
    String account,
    Traits traits,
    Terms terms,
    Set<String> models,
    Set<String> providers,
    Optional<Instant> expiresAt,
    KeyStatus status) {
  public Entitlement {
    if (keyId.isBlank()) {
      throw new IllegalArgumentException("keyId: blank (expected: a name)");
    }
    if (account.isBlank()) {
      throw new IllegalArgumentException("account: blank (expected: a name)");
    }
    models = Set.copyOf(models);
    providers = Set.copyOf(providers);
  }

  /** The same for another account and other traits. */
  public Entitlement as(String otherAccount, Traits otherTraits) {
    return new Entitlement(keyId, otherAccount, otherTraits, terms, models, providers, expiresAt, status);
  }

  /** The same on other terms. */
  public Entitlement withTerms(Terms other) {
    return new Entitlement(keyId, account, traits, other, models, providers, expiresAt, status);
  }

  /** True if the key may use {@code model}. */
  public boolean allowsModel(String model) {
    if (models.isEmpty() || models.contains(model)) {
      return true;
    }
    for (String pattern : models) {
      if (pattern.endsWith("*") && model.startsWith(pattern.substring(0, pattern.length() - 1))) {
        return true;
      }
    }
    return false;
  }

  /** True if the key's requests may go to {@code provider}. */
  public boolean allowsProvider(String provider) {
    return providers.isEmpty() || providers.contains(provider);
  }
}
