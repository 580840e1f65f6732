// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace;

/** What happens while the marketplace does not answer. */
public enum DegradationMode {
  /** It has no capacity; requests stay with the local providers. */
  FAIL_OPEN,
  /** Requests that were to go there are refused. */
  FAIL_CLOSED,
  /** Its last list of supplies is used, as far as supplies stand by their offers; then as {@link #FAIL_OPEN}. */
  CACHED
}
