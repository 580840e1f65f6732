// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.calibrate;

/** In which form answers are asked for. */
public enum Answers {
  /** As streams and in one piece, in turn. */
  BOTH,
  /** As streams of server-sent events. */
  SSE,
  /** In one piece. */
  JSON;

  boolean stream(int worker, int turn) {
    return this == SSE || (this == BOTH && (worker + turn) % 2 == 0);
  }
}
