// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing;

/**
 * Knows which keys exist. Implementations are thread-safe.
 *
 * <p>A store reports what is written, whatever its status and expiry: judging is {@link ApiKeyRouter}'s, at every use.
 */
@FunctionalInterface
public interface KeyStore {
  /** Looks a key up; never blocks and never throws: an outage is {@link Lookup.Failed}, what takes longer {@link Lookup.Pending}. */
  Lookup find(ApiKey key);
}
