// SPDX-License-Identifier: Apache-2.0
/**
 * Declared configuration: what a YAML file may hold is written once, as {@link dev.sluice.routing.config.Section}s of {@link
 * dev.sluice.routing.config.Key}s, and everything else follows from it.
 *
 * <p>{@link dev.sluice.routing.config.YamlReader} turns text into {@link dev.sluice.routing.config.YamlNode}s that remember
 * their line; {@link dev.sluice.routing.config.SectionReader} checks them against a section and yields {@link
 * dev.sluice.routing.config.Values}. Nothing stops at the first fault: each one becomes a {@link
 * dev.sluice.routing.config.ConfigProblem} with path, value, expectation and, for a misspelled name, the nearest known one.
 * Values of keys declared sensitive never appear in a problem. Reading works on YAML's own nodes, without data binding, which
 * keeps the process quick to start and lines known.
 */
@NullMarked
package dev.sluice.routing.config;

import org.jspecify.annotations.NullMarked;
