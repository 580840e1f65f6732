// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.context;

import dev.sluice.plugin.dialect.BodyEdit;
import dev.sluice.plugin.dialect.PromptShape;
import java.util.Optional;

/** Whether a request fits its model's context. Immutable. */
sealed interface ContextVerdict {
  /**
   * It does, once it is edited.
   *
   * @param shape after the edit
   * @param cut what was cut, as callers are told
   */
  record Fits(PromptShape shape, BodyEdit edit, Optional<String> cut) implements ContextVerdict {}

  /**
   * It does not.
   *
   * @param prompt tokens of prompt that can't be left out, about
   * @param output tokens of answer asked for or kept
   */
  record Beyond(long limit, long prompt, long output) implements ContextVerdict {}

  /** The caller wants longer answers than this model may give. */
  record OutputTooLong(long most) implements ContextVerdict {}
}
