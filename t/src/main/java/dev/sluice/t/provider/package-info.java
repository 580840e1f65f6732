// SPDX-License-Identifier: Apache-2.0
/**
 * An LLM provider for tests and the demo: it speaks the OpenAI and Anthropic dialects, takes the time that a model server
 * with continuous batching takes, and knows the truth about what it did.
 *
 * <p>{@link dev.sluice.t.provider.BatchEngine} is the model server: pure arithmetic in virtual time, which says when each
 * token of each request comes. {@link dev.sluice.t.provider.ProviderSimulator} runs it on the real clock behind HTTP.
 * {@link dev.sluice.t.provider.Dialect} words the answers. {@link dev.sluice.t.provider.SimTruth} counts: requests in flight
 * and their maximum, tokens by the second, aborts, the usage that was reported. {@link dev.sluice.t.provider.SimScript}
 * makes it fail on purpose.
 *
 * <p>Besides the dialects' own paths it serves {@code GET /sim/state}, {@code GET /sim/requests}, {@code POST /sim/script},
 * {@code POST /sim/speed}, {@code POST /sim/scripts/clear}
 * and {@code POST /sim/reset}.
 *
 * <p>Tokens are a convention here, not a tokenizer's count: a prompt has one for every four bytes of its texts, rounded up,
 * and at least one. The output is as long as the request says by the header {@code x-sim-output}, by {@code sim:out=N} in
 * {@code user} or in a value of {@code metadata}, or else a length drawn from the prompt's bytes; the caller's limit caps it
 * in every case. {@code sim:cached=N} in the same places makes N prompt tokens count as read from a cache.
 */
@NullMarked
package dev.sluice.t.provider;

import org.jspecify.annotations.NullMarked;
