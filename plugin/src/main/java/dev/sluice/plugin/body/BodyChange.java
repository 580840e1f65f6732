// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.body;

import dev.sluice.plugin.dialect.BodyEdit;
import dev.sluice.plugin.protocol.Bytes;

/** What is to become of a request's body before it leaves. Immutable. */
public sealed interface BodyChange {
  /** It stays as it came. */
  record None() implements BodyChange {}

  /** Parts of the body as it came are cut or replaced. */
  record Edited(BodyEdit edit) implements BodyChange {}

  /** Another body goes in its place; held until then. */
  record Replaced(Bytes body) implements BodyChange {}

  /** The change that {@code edit} makes to a body, if it makes any. */
  static BodyChange of(BodyEdit edit) {
    return edit.isEmpty() ? new None() : new Edited(edit);
  }
}
