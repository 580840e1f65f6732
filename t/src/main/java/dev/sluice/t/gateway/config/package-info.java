// SPDX-License-Identifier: Apache-2.0
/**
 * What the embedded gateway understands of APISIX's standalone {@code apisix.yaml}, as immutable records.
 *
 * <p>{@link dev.sluice.t.gateway.config.ApisixYaml} reads the file. It knows the objects, plugins and keys that this
 * project's routes use and refuses every other one by its path, because a key that is silently skipped here would let a
 * test pass on behaviour that a real gateway does not have.
 */
@NullMarked
package dev.sluice.t.gateway.config;

import org.jspecify.annotations.NullMarked;
