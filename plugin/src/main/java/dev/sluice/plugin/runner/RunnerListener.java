// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.runner;

/**
 * Hears what the runner does, to count it. Called on event loops and filter threads, without a lock held; implementations are
 * thread-safe and don't block. What one throws is logged and otherwise ignored.
 */
public interface RunnerListener {
  /** A listener that does nothing. */
  RunnerListener NONE = new RunnerListener() {};

  /** What a request frame was answered with. */
  enum ReplyKind {
    CONF_TOKEN,
    CONTINUE,
    REWRITE,
    STOP,
    RESPONSE,
    ERROR
  }

  /** A connection was accepted. */
  default void connectionOpened() {}

  /** A connection that was opened is closed. */
  default void connectionClosed() {}

  /** A call has begun; it ends in {@link #replied} or {@link #callAbandoned}. */
  default void callOpened() {}

  /**
   * A request frame was answered.
   *
   * @param nanos from the frame's arrival to its reply
   */
  default void replied(ReplyKind kind, long nanos) {}

  /** The gateway left before the reply was written. */
  default void callAbandoned() {}

  /** A frame could not be read. */
  default void malformedFrame() {}

  /** A filter threw, or decided something that can't be sent. */
  default void filterFailed(String filterName) {}

  /** A call was refused because no filter decided in time. */
  default void deadlineReached() {}

  /** A filter decided, failed or went on a second time, or after the call had its outcome; nothing came of it. */
  default void lateAnswer() {}

  /** The configurations held now. */
  default void confCount(int count) {}
}
