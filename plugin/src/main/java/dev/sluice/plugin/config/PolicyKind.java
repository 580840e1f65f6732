// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

/** Which lane goes next. */
public enum PolicyKind {
  STRICT,
  WEIGHTED,
  HYBRID
}
