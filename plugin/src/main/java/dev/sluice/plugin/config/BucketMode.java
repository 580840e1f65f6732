// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

/** Whose expense requests may run at. */
public enum BucketMode {
  /** Their own bucket's. */
  STRICT,
  /** Their own bucket's, or a better one's that is idle. */
  AT_LEAST,
  /** As each tier says. */
  HYBRID
}
