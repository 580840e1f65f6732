// SPDX-License-Identifier: Apache-2.0
/**
 * The place to wait: lanes, deadlines, and bounds in requests and bytes per lane, per flow and in total.
 *
 * <p>Everything is O(log n) in the waiters, also leaving out of turn, and is confined to the pool's lock by its owner.
 */
@NullMarked
package dev.sluice.scheduler.waiting;

import org.jspecify.annotations.NullMarked;
