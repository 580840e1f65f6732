// SPDX-License-Identifier: Apache-2.0
/**
 * Admits, queues or rejects LLM requests by priority and by tokens per second.
 *
 * <p>A {@link dev.sluice.scheduler.Scheduler} holds one pool per model. A pool is the providers that serve the model, a ledger
 * of their capacity and one waiting room of lanes. {@code submit} answers with a {@link dev.sluice.scheduler.Decision}; whoever
 * waits hears its outcome through its {@link dev.sluice.scheduler.WaitListener} exactly once; whoever is admitted owns a
 * {@link dev.sluice.scheduler.Lease} that ends exactly once.
 *
 * <p>No class here reads a clock, logs, or knows a framework: time comes from a {@link dev.sluice.scheduler.Ticker}, wake-ups
 * from an {@link dev.sluice.scheduler.Alarm}, so that the same code runs in production and in virtual time.
 */
@NullMarked
package dev.sluice.scheduler;

import org.jspecify.annotations.NullMarked;
