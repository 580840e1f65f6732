// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.hook;

import dev.sluice.plugin.protocol.Bytes;

/** What a content hook says of a request. Immutable. */
public sealed interface HookAnswer {
  /** Serve it. */
  record Allow() implements HookAnswer {}

  /**
   * Don't.
   *
   * @param reason for the caller to read; printable, at most 500 characters; empty for none
   */
  record Deny(String reason) implements HookAnswer {}

  /**
   * Serve another one.
   *
   * @param request one JSON object
   */
  record Replace(Bytes request) implements HookAnswer {}
}
