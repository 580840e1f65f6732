// SPDX-License-Identifier: Apache-2.0
/**
 * What a caller sent, in figures: which API the path belongs to, which model is asked for, how many tokens the prompt is
 * about, how long the answer may get.
 *
 * <p>{@link dev.sluice.plugin.dialect.Dialect} names the API by path. {@link dev.sluice.plugin.dialect.PromptReader} makes one
 * pass over the body and answers with a {@link dev.sluice.plugin.dialect.PromptShape}, which holds numbers and names, or with a
 * refusal that says what to correct. Text is measured where it lies in the body: the JSON parser only walks the structure, and
 * {@link dev.sluice.plugin.dialect.TokenEstimator} reads the bytes of each string in place, so that no prompt is ever copied
 * out, whatever its size. {@link dev.sluice.plugin.dialect.BodyRewriter} changes the few bytes a provider needs changed.
 *
 * <p>Near a limit a {@link dev.sluice.plugin.dialect.TextCounter} counts the same texts exactly, and a {@link
 * dev.sluice.plugin.dialect.Conversation} tells which messages may be left out; a {@link dev.sluice.plugin.dialect.BodyEdit} says where to cut,
 * and is applied to the body when it leaves.
 *
 * <p>A body that the provider might read otherwise than we do is refused: duplicate keys, other encodings than UTF-8, text
 * after the end. Bounds on depth, names and keys keep the work linear in the size of the body.
 */
@NullMarked
package dev.sluice.plugin.dialect;

import org.jspecify.annotations.NullMarked;
