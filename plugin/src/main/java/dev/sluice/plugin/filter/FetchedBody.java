// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.filter;

import dev.sluice.plugin.protocol.Bytes;

/** What came of asking the gateway for a body. Immutable. */
public sealed interface FetchedBody {
  /** The whole body, at least one byte. */
  record Present(Bytes content) implements FetchedBody {
    /** The bytes themselves, not to be changed. */
    public byte[] bytes() {
      return content.array();
    }
  }

  /** There is none, or it is empty. */
  record Absent() implements FetchedBody {}

  /**
   * It is longer than asked for, and was not kept.
   *
   * @param bytes its length; where it was discarded as it streamed in, the length of the frame, some 24 bytes more
   */
  record TooLarge(long bytes) implements FetchedBody {}
}
