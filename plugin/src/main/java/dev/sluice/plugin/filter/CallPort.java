// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.filter;

import dev.sluice.plugin.protocol.A6Reply.ExtraInfoQuery;
import dev.sluice.plugin.protocol.Bytes;
import java.util.Optional;
import java.util.function.Consumer;

/** What carries a call: its connection, its threads and its one reply. Implementations are thread-safe. */
public interface CallPort {
  /** When the call's frame had arrived, in nanoseconds of the runner's ticker. */
  long receivedNanos();

  /** Runs a task on the connection's event loop, at once if this is it. */
  void execute(Runnable task);

  /** Runs a task on a thread of its own, where it may block. */
  void executeBlocking(Runnable task);

  /**
   * Asks the gateway about the call. The consumer runs on the event loop, unless the call ends first.
   *
   * @param maxBytes longer answers are discarded
   */
  void ask(ExtraInfoQuery query, long maxBytes, Consumer<Answer> consumer);

  /** Runs a task on the event loop if what the filters decide does not reach the gateway; at once if that is so already. */
  void onUndelivered(Runnable task);

  /** Whether the call has its outcome. */
  boolean over();

  /** The filters have decided; only the first decision counts. */
  void decided();

  /** A filter has failed; the call is refused unless it has its outcome. */
  void failed(String filterName, Throwable cause);

  /** A filter went on to the next one twice. */
  void repeatIgnored();

  /** The gateway's answer to a question. */
  sealed interface Answer {
    /** The content; absent where the gateway has none, which is not the same as empty. */
    record Known(Optional<Bytes> content) implements Answer {}

    /** The content was longer than asked for. */
    record TooLong(long bytes) implements Answer {}
  }
}
