// SPDX-License-Identifier: Apache-2.0
/**
 * What a request really used, told from the gateway's completion event.
 *
 * <p>{@link dev.sluice.plugin.usage.CompletionEvents} parses what the gateway posts when a request has ended.
 * {@link dev.sluice.plugin.usage.UsageReader} finds the provider's own count in the captured answer, JSON or server-sent events,
 * whole or cut anywhere. {@link dev.sluice.plugin.usage.Settlement} decides what the request is charged: the provider's count
 * if there is one, the gateway's if it keeps one, else an estimate from the bytes that went to the caller, for which
 * {@link dev.sluice.plugin.usage.BytesPerToken} learns from the requests whose count is known.
 *
 * <p>Answers are read for figures only. No text of theirs is kept, logged or put into a message, and nothing is ever inflated:
 * a compressed answer counts as one without usage.
 */
@NullMarked
package dev.sluice.plugin.usage;

import org.jspecify.annotations.NullMarked;
