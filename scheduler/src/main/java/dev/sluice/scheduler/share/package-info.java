// SPDX-License-Identifier: Apache-2.0
/**
 * Shares of places: what each lane holds of the pool's concurrency and lately held, and what that means for waits.
 *
 * <p>Where concurrency is what is short, a token says little about what a request takes from others: a long answer to a short prompt
 * holds a place for long, a short answer to a long prompt hardly at all. There lanes share <em>places</em>. Each lane is guaranteed its
 * weight's part of them; what it leaves idle is lent to the lanes that held least, by weight, over the last while, and comes back
 * as requests end: nobody running is touched. Holding is measured, not estimated, so no estimate can distort the shares.
 */
@NullMarked
package dev.sluice.scheduler.share;

import org.jspecify.annotations.NullMarked;
