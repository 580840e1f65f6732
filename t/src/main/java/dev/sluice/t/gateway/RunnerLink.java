// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.gateway;

import dev.sluice.scheduler.Ticker;
import dev.sluice.t.gateway.config.Plugin;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The worker's side of the runner socket: the pool of idle connections, the conf tokens, and the one lock under which
 * routes are prepared. Not thread-safe; confined to the worker's event loop.
 */
final class RunnerLink {
  private static final int CONNECT_TIMEOUT_MILLIS = 1000;
  private static final int POOL_SIZE = 32;
  private static final long IDLE_SECONDS = 180;
  private static final long TOKEN_NANOS = TimeUnit.SECONDS.toNanos(3240);
  private static final long LOCK_WAIT_SECONDS = 5;

  private final EventLoop loop;
  private final Path socketPath;
  private final Ticker ticker;
  private final Deque<RunnerSocket> idle = new ArrayDeque<>();
  private final Map<String, Token> tokens = new HashMap<>();
  private final Deque<Preparation> lockQueue = new ArrayDeque<>();
  private boolean locked;
  private int nextCallId;

  RunnerLink(EventLoop loop, Path socketPath, Ticker ticker) {
    this.loop = loop;
    this.socketPath = socketPath;
    this.ticker = ticker;
  }

  /** Where a wanted value arrives, or the reason why it doesn't. Exactly one call. */
  interface Outcome<T> {
    void ready(T value);

    void failed(String reason);
  }

  private record Token(long value, long sinceNanos) {}

  private static final class Preparation {
    private final String key;
    private final List<Plugin.FilterConf> conf;
    private final Outcome<Long> outcome;
    private boolean ended;

    Preparation(String key, List<Plugin.FilterConf> conf, Outcome<Long> outcome) {
      this.key = key;
      this.conf = conf;
      this.outcome = outcome;
    }

    void end(Consumer<Outcome<Long>> how) {
      if (!ended) {
        ended = true;
        how.accept(outcome);
      }
    }
  }

  /** The next id, which counts up to 2^22 as a worker's does. */
  long nextCallId() {
    int id = nextCallId;
    nextCallId = (nextCallId + 1) & ((1 << 22) - 1);
    return id;
  }

  /** Hands out an idle connection, the last used first, or a new one. */
  void connect(Outcome<RunnerSocket> outcome) {
    for (RunnerSocket pooled = idle.pollLast(); pooled != null; pooled = idle.pollLast()) {
      if (pooled.usable()) {
        outcome.ready(pooled);
        return;
      }
    }
    Bootstrap bootstrap = new Bootstrap()
        .group(loop)
        .channel(EpollDomainSocketChannel.class)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
        .handler(new ChannelInitializer<Channel>() {
          @Override
          protected void initChannel(Channel channel) {
            channel.pipeline()
                .addLast(new LengthFieldBasedFrameDecoder(A6Frames.MAX_PAYLOAD_BYTES + 4, 1, 3, 0, 0))
                .addLast(new RunnerSocket(channel));
          }
        });
    bootstrap.connect(new DomainSocketAddress(socketPath.toFile())).addListener(done -> {
      if (done.isSuccess()) {
        Channel channel = ((ChannelFuture) done).channel();
        outcome.ready(channel.pipeline().get(RunnerSocket.class));
      } else {
        outcome.failed("failed to connect to the unix socket " + socketPath + ": " + done.cause().getMessage());
      }
    });
  }

  /** Takes a connection back between two conversations. */
  void release(RunnerSocket socket) {
    if (!socket.usable() || idle.size() == POOL_SIZE) {
      socket.close();
      return;
    }
    idle.addLast(socket);
    loop.schedule(() -> {
      // A connection used since then sits at another place in the pool under a later timer of its own.
      if (idle.peekFirst() == socket && idle.removeFirstOccurrence(socket)) {
        socket.close();
      }
    }, IDLE_SECONDS, TimeUnit.SECONDS);
  }

  /** The conf token of a route's filters, prepared if it is not known. */
  void token(String key, List<Plugin.FilterConf> conf, Outcome<Long> outcome) {
    Token token = tokens.get(key);
    if (token != null && ticker.read() - token.sinceNanos() < TOKEN_NANOS) {
      outcome.ready(token.value());
      return;
    }
    Preparation preparation = new Preparation(key, conf, outcome);
    lockQueue.addLast(preparation);
    if (locked) {
      loop.schedule(() -> {
        if (lockQueue.remove(preparation)) {
          preparation.end(o -> o.failed("failed to acquire the lock: timeout"));
        }
      }, LOCK_WAIT_SECONDS, TimeUnit.SECONDS);
    } else {
      prepareNext();
    }
  }

  /** Forgets every token, for every route. */
  void flushTokens() {
    tokens.clear();
  }

  private void prepareNext() {
    Preparation next = lockQueue.pollFirst();
    if (next == null) {
      return;
    }
    Token known = tokens.get(next.key);
    if (known != null && ticker.read() - known.sinceNanos() < TOKEN_NANOS) {
      next.end(o -> o.ready(known.value()));
      prepareNext();
      return;
    }
    locked = true;
    connect(new Outcome<>() {
      @Override
      public void ready(RunnerSocket socket) {
        prepare(next, socket);
      }

      @Override
      public void failed(String reason) {
        unlock(next, o -> o.failed(reason));
      }
    });
  }

  private void prepare(Preparation preparation, RunnerSocket socket) {
    byte[] payload = A6Frames.prepareConf(preparation.key, preparation.conf);
    socket.send(A6Frames.PREPARE_CONF, payload, new RunnerSocket.Receiver() {
      @Override
      public void onFrame(int type, ByteBuffer answer) {
        if (type != A6Frames.PREPARE_CONF) {
          String why = type == A6Frames.ERROR ? "error " + A6Frames.readError(answer) : "unexpected type " + type;
          socket.close();
          onFailure(why);
          return;
        }
        long token = A6Frames.readConfToken(answer);
        tokens.put(preparation.key, new Token(token, ticker.read()));
        release(socket);
        unlock(preparation, o -> o.ready(token));
      }

      @Override
      public void onFailure(String reason) {
        unlock(preparation, o -> o.failed("failed to receive RPC_PREPARE_CONF: " + reason));
      }
    });
  }

  private void unlock(Preparation preparation, Consumer<Outcome<Long>> how) {
    locked = false;
    preparation.end(how);
    if (!locked) {
      prepareNext();
    }
  }

  void close() {
    idle.forEach(RunnerSocket::close);
    idle.clear();
  }
}
