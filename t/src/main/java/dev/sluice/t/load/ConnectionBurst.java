// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.load;

import dev.sluice.t.CommandLine;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Opens many connections to a unix socket as fast as it can, without blocking, as nginx does: a full backlog is an error at
 * once. Prints how many there are and how many failed, holds them until its standard input ends, then closes them.
 */
public final class ConnectionBurst {
  private ConnectionBurst() {}

  /** Says nothing and hears nothing. */
  @ChannelHandler.Sharable
  private static final class Silent extends ChannelInboundHandlerAdapter {}

  /** {@code --socket /path --count 10000}. */
  public static void main(String[] args) throws Exception {
    CommandLine options = CommandLine.parse(args, "socket", "count");
    int count = (int) options.number("count", 10_000);
    var group = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("burst", true), EpollIoHandler.newFactory());
    Bootstrap bootstrap = new Bootstrap().group(group).channel(EpollDomainSocketChannel.class).handler(new Silent());
    DomainSocketAddress address = new DomainSocketAddress(options.get("socket", ""));
    List<ChannelFuture> attempts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      attempts.add(bootstrap.connect(address));
    }
    long failed = 0;
    String reason = "";
    for (ChannelFuture attempt : attempts) {
      attempt.awaitUninterruptibly();
      if (!attempt.isSuccess()) {
        failed++;
        reason = String.valueOf(attempt.cause());
      }
    }
    System.out.println("connections: open " + (count - failed) + " failed " + failed + " " + reason);
    while (System.in.read() >= 0) {
      // Held until whoever started this lets go.
    }
    long dropped = attempts.stream().map(ChannelFuture::channel).filter(channel -> !channel.isActive()).count();
    System.out.println("connections: lost " + (dropped - failed));
    attempts.stream().map(ChannelFuture::channel).filter(Channel::isActive).forEach(Channel::close);
    group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
