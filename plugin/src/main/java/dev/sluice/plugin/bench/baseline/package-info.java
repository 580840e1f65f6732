// SPDX-License-Identifier: Apache-2.0
/**
 * Policies of other systems, in their simplest form, to compare with.
 */
@NullMarked
package dev.sluice.plugin.bench.baseline;

import org.jspecify.annotations.NullMarked;
