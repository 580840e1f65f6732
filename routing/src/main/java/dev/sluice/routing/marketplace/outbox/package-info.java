// SPDX-License-Identifier: Apache-2.0
/**
 * Uses of the marketplace until they are reported.
 *
 * <p>A purchase is entered in a journal before its request leaves, and so is what it came to; a line is struck off once the marketplace took
 * the report. Whatever a process could not finish, its successor finds: a purchase without an end is then reported as it was estimated.
 *
 * <p>Durability: lines are written and forced to disk together, at most 50 ms after they were entered, and always before a report is
 * sent. A crash of the machine can lose the last 50 ms. The journal is bounded: while it is full, or the disk fails, nothing is bought.
 */
@NullMarked
package dev.sluice.routing.marketplace.outbox;

import org.jspecify.annotations.NullMarked;
