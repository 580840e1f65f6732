// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.decision;

import dev.sluice.scheduler.DecisionRecord;
import java.time.Instant;

/**
 * A decision and when it was made. Immutable.
 *
 * @param number counts the decisions of this process from 1 on
 */
public record TimedDecision(long number, Instant at, DecisionRecord record) {}
