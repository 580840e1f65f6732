// SPDX-License-Identifier: Apache-2.0
/**
 * The replay: a virtual clock, identical slots, and the policies that hand them out.
 */
@NullMarked
package dev.sluice.plugin.bench.replay;

import org.jspecify.annotations.NullMarked;
