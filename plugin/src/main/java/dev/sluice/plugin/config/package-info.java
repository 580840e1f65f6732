// SPDX-License-Identifier: Apache-2.0
/**
 * The configuration of a Sluice process: {@code conf/sluice.yaml}, overridden by environment variables, as one immutable tree.
 *
 * <p>{@link dev.sluice.plugin.config.ConfigKeys} declares every key once. {@link dev.sluice.plugin.config.ConfigLoader} reads,
 * {@link dev.sluice.plugin.config.CrossChecks} judges what no single key can, and {@link
 * dev.sluice.plugin.config.SluiceConfig} is the result; {@link dev.sluice.plugin.config.JsonSchema} and {@link
 * dev.sluice.plugin.config.ReferenceTable} render the same declarations for editors and people. A fault never stops at the
 * first: all problems come at once. {@link dev.sluice.plugin.config.ConfigReload} takes a changed file in two phases.
 */
@NullMarked
package dev.sluice.plugin.config;

import org.jspecify.annotations.NullMarked;
