// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.protocol;

import java.util.Optional;

/** The kind of a frame, named by its first byte. Immutable. */
public enum FrameType {
  /** The runner could not take the request; only a runner sends it. */
  ERROR(0),
  /** A route's filter configuration, answered by a conf token. */
  PREPARE_CONF(1),
  /** A request to decide on before it goes upstream. */
  HTTP_REQ_CALL(2),
  /** A question back to the gateway during a call, and its answer. */
  EXTRA_INFO(3),
  /** An upstream's response to decide on. */
  HTTP_RESP_CALL(4);

  private static final FrameType[] BY_CODE = values();

  private final int code;

  FrameType(int code) {
    this.code = code;
  }

  /** The type byte on the wire. */
  public int code() {
    return code;
  }

  /** The type that a first byte names, if any. */
  static Optional<FrameType> of(int code) {
    return code >= 0 && code < BY_CODE.length ? Optional.of(BY_CODE[code]) : Optional.empty();
  }
}
