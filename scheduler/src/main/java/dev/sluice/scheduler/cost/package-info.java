// SPDX-License-Identifier: Apache-2.0
/**
 * What a request will probably cost, learned from what earlier ones did.
 *
 * <p>{@link dev.sluice.scheduler.cost.LearnedCosts} expects of a request's answer a quantile of the answers its account got before
 * from the same model, streamed or not; of an account it knows little about, what the typical account gets; and while it knows
 * nothing, a configured number. It corrects estimated prompts by the model's usual ratio of reported to estimated tokens. Old
 * answers fade, so that both follow a drift.
 *
 * <p>Nothing that a caller merely claims is learned: not its output limit, and not the length of an answer that ended at a limit,
 * which says only that the answer would have been longer. One account has one vote on what the typical account gets, however much it
 * sends. Memory is bounded; whoever was not seen for longest is forgotten first.
 */
@NullMarked
package dev.sluice.scheduler.cost;

import org.jspecify.annotations.NullMarked;
