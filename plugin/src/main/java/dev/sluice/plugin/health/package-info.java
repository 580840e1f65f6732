// SPDX-License-Identifier: Apache-2.0
/**
 * How providers fare, judged by how they answer, and what the scheduler is told of it.
 *
 * <pre>
 * completion events, requests that are overdue, probes → AccountHealth → Standing → Scheduler
 * </pre>
 *
 * An {@link dev.sluice.plugin.health.AccountHealth} is one model at one provider; time is passed in and nothing is locked. The {@link
 * dev.sluice.plugin.health.HealthBook} holds all of them under one lock, and an alarm for the next instant at which something
 * changes by itself.
 */
@NullMarked
package dev.sluice.plugin.health;

import org.jspecify.annotations.NullMarked;
