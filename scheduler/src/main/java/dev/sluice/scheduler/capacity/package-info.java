// SPDX-License-Identifier: Apache-2.0
/**
 * The ledger: what a provider can still take of one model.
 *
 * <p>An {@link dev.sluice.scheduler.capacity.Account} reserves tokens per second, requests per second and concurrency in one
 * all-or-nothing step. Rates are {@link dev.sluice.scheduler.capacity.TokenBucket}s of integer micro-units that may go into
 * debt. Nothing here reads a clock or takes a lock: time is passed in and the caller confines the objects.
 */
@NullMarked
package dev.sluice.scheduler.capacity;

import org.jspecify.annotations.NullMarked;
