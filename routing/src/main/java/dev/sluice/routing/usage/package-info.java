// SPDX-License-Identifier: Apache-2.0
/**
 * What was used, written to PostgreSQL: one row for each settled lease.
 *
 * <p>Rows wait in a bounded queue and are written in batches by one virtual thread. A batch that fails is written again; the table's key makes
 * that harmless. What can be lost: with the process, the rows of the last batch interval and those that a failing database keeps waiting;
 * with the database away, the oldest rows beyond the queue's bound, which are counted.
 */
@NullMarked
package dev.sluice.routing.usage;

import org.jspecify.annotations.NullMarked;
