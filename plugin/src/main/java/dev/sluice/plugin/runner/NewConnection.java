// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.runner;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;

/** Hears of accepted connections. */
@FunctionalInterface
interface NewConnection {
  /** Gives a connection its handlers, on the event loop that serves it. */
  void accepted(Channel channel, EventLoop loop);
}
