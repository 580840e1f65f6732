// SPDX-License-Identifier: Apache-2.0
/**
 * Traces: requests by arrival, read from files or generated from a seed. Nothing here holds a prompt.
 */
@NullMarked
package dev.sluice.plugin.bench.trace;

import org.jspecify.annotations.NullMarked;
