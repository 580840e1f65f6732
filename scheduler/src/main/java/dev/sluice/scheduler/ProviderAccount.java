// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

/**
 * A provider that serves a pool's model. Immutable.
 *
 * @param provider its name, unique in the pool; not blank
 */
public record ProviderAccount(String provider, AccountLimits limits) {
  public ProviderAccount {
    if (provider.isBlank()) {
      throw new IllegalArgumentException("provider: blank (expected: a name)");
    }
  }
}
