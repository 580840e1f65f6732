// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.provider;

/**
 * What a provider says of its own state. Immutable.
 *
 * @param detail why, for people; no secret, no address beyond what is configured; empty if there is nothing to say
 */
public record ProviderHealth(State state, String detail) {
  /** Nothing is known against it. */
  public static final ProviderHealth UP = new ProviderHealth(State.UP, "");

  /** How a provider fares. A closed set, fit for a metric label. */
  public enum State {
    /** It serves. */
    UP,
    /** It serves, on old knowledge or in part. */
    DEGRADED,
    /** It does not serve: no request is sent there. */
    DOWN
  }

  /** It serves, on old knowledge or in part. */
  public static ProviderHealth degraded(String detail) {
    return new ProviderHealth(State.DEGRADED, detail);
  }

  /** It does not serve. */
  public static ProviderHealth down(String detail) {
    return new ProviderHealth(State.DOWN, detail);
  }
}
