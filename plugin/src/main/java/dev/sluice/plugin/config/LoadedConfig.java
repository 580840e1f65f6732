// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

import dev.sluice.routing.config.Values;

/**
 * A configuration without a fault, and the values it was made of, which know where each was written. Immutable.
 *
 * @param values of the whole document
 */
public record LoadedConfig(SluiceConfig config, Values values) {
  /** The configuration in force as YAML, secrets masked, each value with its origin. */
  public String effective() {
    return EffectiveConfig.render(values);
  }
}
