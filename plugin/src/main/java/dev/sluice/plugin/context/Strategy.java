// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.context;

/** What becomes of a request that does not fit. Immutable. */
public enum Strategy {
  REJECT,
  /** Messages are left out, the oldest first. */
  TRUNCATE_OLDEST,
  /** Messages are left out, those of the opening last. */
  TRUNCATE_MIDDLE,
  /** A webhook makes another request of it. */
  CUSTOM
}
