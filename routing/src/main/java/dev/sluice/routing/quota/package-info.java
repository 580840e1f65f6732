// SPDX-License-Identifier: Apache-2.0
/**
 * How much of what a subject may use in a calendar window, and who has used how much.
 *
 * <pre>
 * claim → every quota that applies, with its parents → all have room? → reservation → settled | cancelled | returned after its TTL
 *                                                          └── no: nothing is held, the quota that frees up last is named
 * </pre>
 *
 * A {@linkplain dev.sluice.routing.quota.Quota quota} belongs to one subject: an organisation, a team, an environment, an account or a
 * key. A request draws on all quotas of all its subjects at once, and on their parents. Its four kinds:
 *
 * <ul>
 *   <li><b>hard</b>: stops at its amount.
 *   <li><b>soft</b>: warns at its amount, stops at 120 % of it.
 *   <li><b>reserved</b>: its amount is kept for the subject out of the parent: nobody else can take it. Beyond it the subject draws on what
 *       the parent has left for everybody.
 *   <li><b>burstable</b>: nothing is kept for the subject; it may go beyond its amount, which only alerts speak of, while the parent has room.
 * </ul>
 *
 * Without a parent the last two stop at their amount. The reserve is kept in the parent itself, not in the parent's parents.
 *
 * <p>{@link dev.sluice.routing.quota.QuotaBook} does this for one process, {@link dev.sluice.routing.quota.SharedQuotas} for many on one
 * Redis. The arithmetic of a book is {@code Tally}'s, its lock the book's own; the arithmetic over Redis is a script's, which does the same.
 */
@NullMarked
package dev.sluice.routing.quota;

import org.jspecify.annotations.NullMarked;
