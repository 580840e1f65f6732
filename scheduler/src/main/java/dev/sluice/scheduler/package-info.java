// SPDX-License-Identifier: Apache-2.0
/**
 * Admits, queues or rejects LLM requests by priority and by tokens per second.
 *
 * <p>A {@link dev.sluice.scheduler.Scheduler} holds one pool per model. A pool is the providers that serve the model, a ledger
 * of their capacity and one waiting room of lanes. {@code submit} answers with a {@link dev.sluice.scheduler.Decision}; whoever
 * waits hears its outcome through its {@link dev.sluice.scheduler.WaitListener} exactly once; whoever is admitted owns a
 * {@link dev.sluice.scheduler.Lease} that ends exactly once.
 *
 * <p>An event (a submission, an end, a cancellation, an alarm, a change) takes its pool's lock, works out at once everything that
 * follows from it at that instant, releases the lock, and then tells the listeners, which may call back. Between events nothing
 * runs: the pool has set its alarm to the next instant at which a refill, a deadline or an expiry changes anything.
 *
 * <p>Who must end what: until a listener heard {@code dispatched} or {@code evicted}, the pool owns the request and the caller
 * may only cancel its ticket; from {@code dispatched} (or {@code Admitted}) on the caller owns the lease and ends it once; if it
 * doesn't, the lease expires and its concurrency returns to the pool.
 *
 * <p>The inner packages are arithmetic without locks or clocks: {@code capacity} is the ledger, {@code fairness} the order of
 * waiters, {@code waiting} the room they wait in, {@code dispatch} matches the two, {@code order} is their heap.
 *
 * <p>No class here reads a clock, logs, or knows a framework: time comes from a {@link dev.sluice.scheduler.Ticker}, wake-ups
 * from an {@link dev.sluice.scheduler.Alarm}, so that the same code runs in production and in virtual time.
 */
@NullMarked
package dev.sluice.scheduler;

import org.jspecify.annotations.NullMarked;
