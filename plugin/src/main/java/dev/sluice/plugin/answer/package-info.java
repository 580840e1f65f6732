// SPDX-License-Identifier: Apache-2.0
/**
 * What a caller hears from us: every reason to refuse a request, and the answer it becomes.
 *
 * <p>{@link dev.sluice.plugin.answer.Reason} is the one table from reasons to statuses and codes.
 * {@link dev.sluice.plugin.answer.Answers} renders a {@link dev.sluice.plugin.answer.Refusal} in the caller's dialect so that
 * the official clients raise the error types of their own, and wait as long as we ask them to.
 * {@link dev.sluice.plugin.answer.RateLimitHeaders} tells a caller on every answer what is left of an allowance.
 */
@NullMarked
package dev.sluice.plugin.answer;

import org.jspecify.annotations.NullMarked;
