// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

/** How lanes are made. */
public enum AllocationType {
  /** One for each priority level. */
  PRIORITY,
  /** One for each bucket. */
  BUCKET
}
