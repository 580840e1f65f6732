// SPDX-License-Identifier: Apache-2.0
/**
 * Who goes next: start-time fair queueing over the flows of a lane, and a policy over the lanes of a pool.
 *
 * <p>Start-time fair queueing (Goyal, Vin, Cheng, SIGCOMM 1996): a flow that becomes backlogged gets the start tag
 * {@code max(its last finish tag, the lane's virtual time)}; the flow with the least start tag goes next, moves the virtual
 * time to its tag, and its own tag forward by the service it took. Two flows that stay backlogged over any interval, each with
 * requests of at most {@code c} service, therefore differ by at most {@code c_i + c_j} over it.
 *
 * <p>Requests may be bound to some of the pool's accounts. A lane keeps one {@link dev.sluice.scheduler.fairness.Cohort} of
 * flows per eligibility mask, so that skipping everyone who is bound to exhausted accounts costs one step a mask, not a waiter.
 * A cohort whose accounts are slower than the rest falls behind the lane's virtual time; it may lag by at most
 * {@link dev.sluice.scheduler.fairness.LaneQueue#MAX_LAG}, so that what it is owed cannot shut others out for long, and who joins
 * it starts level with it. Between flows of different cohorts the bound above therefore grows by that lag.
 */
@NullMarked
package dev.sluice.scheduler.fairness;

import org.jspecify.annotations.NullMarked;
