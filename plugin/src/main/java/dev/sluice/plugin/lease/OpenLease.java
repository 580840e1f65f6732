// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.lease;

import dev.sluice.plugin.dialect.Dialect;
import dev.sluice.scheduler.Lease;

/**
 * An admitted request between its dispatch and its end, with what settlement needs to know. Immutable.
 *
 * @param lease the capacity held
 * @param dialect how usage is written in the answer
 * @param stream whether the caller asked for a stream
 */
public record OpenLease(Lease lease, Dialect dialect, boolean stream) {}
