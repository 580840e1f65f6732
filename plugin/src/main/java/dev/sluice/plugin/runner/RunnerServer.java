// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.runner;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.sluice.plugin.filter.FilterRegistry;
import dev.sluice.plugin.protocol.MemoryAllowance;
import dev.sluice.scheduler.Ticker;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The runner: serves APISIX's ext-plugin protocol on a unix socket and runs the routes' filters. Thread-safe.
 *
 * <p>It is started once, drained at most once, and closed. A call has 55 s for its reply, whatever its filters do: the gateway
 * gives up after 60 s.
 */
public final class RunnerServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RunnerServer.class);
  private static final Duration CALL_DEADLINE = Duration.ofSeconds(55);
  private static final Duration CLOSE_ALLOWANCE = Duration.ofMillis(200);
  private static final long MIN_ALLOWANCE_BYTES = 64L << 20;
  private static final int ALLOWANCE_SHARE_OF_HEAP = 4;

  private final RunnerOptions options;
  private final Duration callDeadline;
  private final SocketFile socketFile;
  private final ExecutorService blocking;
  private final RunnerScope scope;
  private final Map<EventLoop, DeadlineQueue> deadlines = new ConcurrentHashMap<>();
  private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private volatile boolean ready;

  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private @Nullable EventLoopGroup acceptor;

  @GuardedBy("lock")
  private @Nullable EventLoopGroup workers;

  @GuardedBy("lock")
  private @Nullable Listening listening;

  /**
   * A runner that is not yet started.
   *
   * @param filters stays open as long as the runner; the caller closes it
   */
  public RunnerServer(
      RunnerOptions options, FilterRegistry filters, FailureAnswers answers, RunnerListener listener) {
    this(options, filters, answers, listener, CALL_DEADLINE);
  }

  /** A runner with another deadline, for tests that reach it. */
  RunnerServer(
      RunnerOptions options,
      FilterRegistry filters,
      FailureAnswers answers,
      RunnerListener listener,
      Duration callDeadline) {
    this.options = options;
    this.callDeadline = callDeadline;
    SecureRandom random = new SecureRandom();
    Ticker ticker = System::nanoTime;
    QuietLog quietLog = new QuietLog(log, ticker);
    this.socketFile = new SocketFile(options.socket(), random.nextInt());
    this.blocking = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("sluice-filter-", 0).factory());
    ConfRegistry confs =
        new ConfRegistry(
            ConfRegistry.Bounds.of(options.confExpiry()), filters::route, random.nextInt(), ticker.read());
    long allowanceBytes = Math.max(MIN_ALLOWANCE_BYTES, Runtime.getRuntime().maxMemory() / ALLOWANCE_SHARE_OF_HEAP);
    this.scope =
        new RunnerScope(
            confs,
            new GuardedAnswers(answers, quietLog),
            new GuardedListener(listener, quietLog),
            quietLog,
            blocking,
            ticker,
            new MemoryAllowance(allowanceBytes),
            new OpenCalls());
  }

  /**
   * Binds the socket and serves it.
   *
   * @throws IOException if the socket can't be bound, or given its mode, group or name
   */
  public void start() throws IOException {
    lock.lock();
    try {
      if (acceptor != null) {
        throw new IllegalStateException("start: again (expected: once)");
      }
      socketFile.check();
      ServerTransport transport = ServerTransport.of(options.transport());
      IoEventLoopGroup one =
          new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("sluice-accept"), transport.ioHandlers());
      EventLoopGroup many =
          new MultiThreadIoEventLoopGroup(
              options.eventLoops(), new DefaultThreadFactory("sluice-runner"), transport.ioHandlers());
      acceptor = one;
      workers = many;
      listening = listen(transport, one, many);
      socketFile.publish(options);
      ready = true;
      log.info("event=runner_started socket={} transport={} loops={}", options.socket(), transport, options.eventLoops());
    } finally {
      lock.unlock();
    }
  }

  private Listening listen(ServerTransport transport, IoEventLoopGroup one, EventLoopGroup many) throws IOException {
    try {
      return transport.listen(socketFile.temporary(), options.backlog(), one, many, this::accepted);
    } catch (IOException e) {
      throw new IOException("socket: " + options.socket() + " can't be bound", e);
    }
  }

  private void accepted(Channel channel, EventLoop loop) {
    connections.add(channel);
    channel.pipeline().addLast(new Connection(channel, scope, deadlinesOf(loop)));
  }

  private DeadlineQueue deadlinesOf(EventLoop loop) {
    return deadlines.computeIfAbsent(loop, l -> new DeadlineQueue(l, scope.ticker(), callDeadline));
  }

  /** Whether connections are accepted and calls are passed to filters. */
  public boolean ready() {
    return ready;
  }

  /**
   * Stops serving: no connection is accepted any more, new calls are refused, open ones get the given time. Then what is
   * still open is refused and every connection closed.
   */
  public void drain(Duration allowed) {
    ready = false;
    // First of all: whoever finds the socket gone must already be refused on the connections it has.
    CompletableFuture<Void> idle = scope.open().drain();
    lock.lock();
    try {
      Listening open = listening;
      if (open != null) {
        listening = null;
        socketFile.withdraw();
        open.close();
      }
    } finally {
      lock.unlock();
    }
    awaitIdle(idle, allowed);
    for (Channel channel : connections) {
      Connection connection = channel.pipeline().get(Connection.class);
      if (connection != null) {
        channel.eventLoop().execute(connection::drained);
      }
    }
    boolean allClosed = connections.newCloseFuture().awaitUninterruptibly(CLOSE_ALLOWANCE.toMillis());
    log.info("event=runner_drained open={} closed={}", scope.open().count(), allClosed);
  }

  private void awaitIdle(CompletableFuture<Void> idle, Duration allowed) {
    try {
      idle.get(allowed.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      log.warn("event=drain_timeout open={}", scope.open().count());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new AssertionError("nothing fails the drain", e);
    }
  }

  /** Drains without waiting, and ends the runner's threads. Calling it again does nothing. */
  @Override
  public void close() {
    drain(Duration.ZERO);
    lock.lock();
    try {
      for (EventLoopGroup group : new @Nullable EventLoopGroup[] {acceptor, workers}) {
        if (group != null) {
          group.shutdownGracefully(0, CLOSE_ALLOWANCE.toMillis(), TimeUnit.MILLISECONDS).awaitUninterruptibly();
        }
      }
    } finally {
      lock.unlock();
    }
    blocking.shutdownNow();
  }

  /** The calls that have no outcome yet. */
  public int openCalls() {
    return scope.open().count();
  }
}
