// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace.wire;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/** Carries one call to the marketplace. Implementations are thread-safe. */
public interface Transport extends AutoCloseable {
  /**
   * A call. Immutable.
   *
   * @param path with its query
   * @param body JSON to post; empty for a GET
   * @param deadline of the whole: connection, answer and all of its body
   */
  record Call(String path, Optional<byte[]> body, Duration deadline) {}

  /** What became of a call. */
  sealed interface Answer {
    /** The marketplace answered. */
    record Answered(int status, String body, OptionalLong retryAfterSeconds) implements Answer {}

    /** It did not, or not in bounds. */
    record Failed(Trouble trouble) implements Answer {}
  }

  /** What can go wrong. A closed set, fit for a metric label. */
  enum Trouble {
    TIMEOUT,
    CONNECTION,
    TOO_LARGE
  }

  /** Sends the call and waits for its answer, at most until the deadline. */
  Answer send(Call call) throws InterruptedException;

  /** Ends every call. */
  @Override
  void close();
}
