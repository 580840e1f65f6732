// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.runner;

import dev.sluice.scheduler.Ticker;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The open calls of one event loop in the order of their deadlines. Not thread-safe; confined to that event loop.
 *
 * <p>All calls have the same time, so the order of arrival is the order of deadlines: a list in which a call is its own node,
 * with one timer armed for the head. Joining and leaving touch no timer, and a timer fires at most once a deadline.
 */
final class DeadlineQueue {
  private final EventLoop loop;
  private final Ticker ticker;
  private final long allowedNanos;
  private @Nullable Node head;
  private @Nullable Node tail;
  private boolean armed;

  DeadlineQueue(EventLoop loop, Ticker ticker, Duration allowed) {
    this.loop = loop;
    this.ticker = ticker;
    this.allowedNanos = allowed.toNanos();
  }

  /** Something with a deadline, in at most one queue. */
  abstract static class Node {
    private @Nullable Node previous;
    private @Nullable Node next;
    private boolean queued;

    abstract long startedNanos();

    /** The deadline has passed; the node has left the queue. */
    abstract void expired();
  }

  void join(Node node) {
    node.queued = true;
    node.previous = tail;
    if (tail == null) {
      head = node;
    } else {
      tail.next = node;
    }
    tail = node;
    if (!armed) {
      arm(allowedNanos);
    }
  }

  /** Takes a node out; does nothing if it has left. */
  void leave(Node node) {
    if (!node.queued) {
      return;
    }
    node.queued = false;
    Node previous = node.previous;
    Node next = node.next;
    if (previous == null) {
      head = next;
    } else {
      previous.next = next;
    }
    if (next == null) {
      tail = previous;
    } else {
      next.previous = previous;
    }
    node.previous = null;
    node.next = null;
  }

  private void arm(long delayNanos) {
    armed = true;
    loop.schedule(this::expire, delayNanos, TimeUnit.NANOSECONDS);
  }

  private void expire() {
    armed = false;
    Node first = head;
    while (first != null && remainingNanos(first) <= 0) {
      leave(first);
      first.expired();
      first = head;
    }
    // A node that expired may have begun the next call, and with it the next timer.
    if (first != null && !armed) {
      arm(remainingNanos(first));
    }
  }

  private long remainingNanos(Node node) {
    return node.startedNanos() + allowedNanos - ticker.read();
  }
}
