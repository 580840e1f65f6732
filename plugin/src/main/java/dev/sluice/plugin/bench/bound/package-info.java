// SPDX-License-Identifier: Apache-2.0
/**
 * What no policy can exceed: the hindsight bound of a trace.
 */
@NullMarked
package dev.sluice.plugin.bench.bound;

import org.jspecify.annotations.NullMarked;
