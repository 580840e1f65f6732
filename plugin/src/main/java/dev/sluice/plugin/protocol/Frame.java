// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.protocol;

/** The bounds of a frame, as APISIX keeps them. */
public final class Frame {
  /** Type byte and three length bytes. */
  public static final int HEADER_BYTES = 4;

  /** The largest payload that three length bytes can announce; the header comes on top. */
  public static final int MAX_PAYLOAD_BYTES = (1 << 24) - 1;

  private Frame() {}
}
