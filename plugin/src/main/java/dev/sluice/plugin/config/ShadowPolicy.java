// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

/** A policy that is asked beside the one in force, or none. */
public enum ShadowPolicy {
  OFF,
  STRICT,
  WEIGHTED,
  HYBRID
}
