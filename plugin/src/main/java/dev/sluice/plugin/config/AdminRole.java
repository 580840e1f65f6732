// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

/** What the bearer of an admin key may do. */
public enum AdminRole {
  /** See everything but secrets. */
  READ,
  /** Change it too. */
  WRITE
}
