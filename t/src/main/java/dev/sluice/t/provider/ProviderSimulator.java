// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.provider;

import dev.sluice.scheduler.Ticker;
import dev.sluice.t.CommandLine;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** A running provider: a {@link BatchEngine} on the real clock behind HTTP. Thread-safe. */
public final class ProviderSimulator implements AutoCloseable {
  private static final int MAX_BODY_BYTES = 64 << 20;

  private final MultiThreadIoEventLoopGroup group;
  private final EventLoop loop;
  private final Ticker ticker = System::nanoTime;
  private final InstantSource wall = InstantSource.system();
  private final Options options;
  private final Optional<ContextWindow> context;
  // Everything below is confined to the event loop.
  private final BatchEngine engine;
  private final SimTruth truth;
  private final Deque<SimScript> scripts = new ArrayDeque<>();
  private final Channel server;
  private boolean armed;
  private long nextId;

  private ProviderSimulator(Options options) throws IOException {
    this.options = options;
    this.context = options.context() == 0 ? Optional.empty() : Optional.of(new ContextWindow(options.context()));
    this.group = new MultiThreadIoEventLoopGroup(
        1, new DefaultThreadFactory("provider", true), EpollIoHandler.newFactory());
    this.loop = group.next();
    this.engine = new BatchEngine(options.model());
    this.truth = new SimTruth(ticker.read());
    var bound = new ServerBootstrap()
        .group(group)
        .channel(EpollServerSocketChannel.class)
        .option(ChannelOption.SO_BACKLOG, 16384)
        .option(ChannelOption.SO_REUSEADDR, true)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childHandler(new ChannelInitializer<Channel>() {
          @Override
          protected void initChannel(Channel channel) {
            channel.pipeline()
                .addLast(new HttpServerCodec())
                .addLast(new HttpObjectAggregator(MAX_BODY_BYTES))
                .addLast(new ProviderConnection(ProviderSimulator.this, channel));
          }
        })
        .bind(options.listen())
        .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      group.shutdownGracefully(0, 0, TimeUnit.SECONDS);
      throw new IOException("cannot listen on " + options.listen() + ": " + bound.cause().getMessage());
    }
    this.server = bound.channel();
  }

  /**
   * What to run.
   *
   * @param listen port 0 takes a free one
   * @param apiKey what callers must present as a bearer token or {@code x-api-key}; empty asks for nothing
   * @param models what {@code GET /v1/models} lists
   * @param context tokens of prompt and answer beyond which requests are refused, by an exact count; 0 for any
   */
  public record Options(InetSocketAddress listen, BatchModel model, String apiKey, List<String> models, int context) {
    /** Copies the list. */
    public Options {
      models = List.copyOf(models);
    }

    /** On a free port, without a key. */
    public static Options of(BatchModel model) {
      return new Options(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), model, "", List.of("sim"), 0);
    }

    @Override
    public String toString() {
      return "Options[" + listen + ", " + model + "]";
    }
  }

  /** Starts to listen. */
  public static ProviderSimulator start(Options options) throws IOException {
    return new ProviderSimulator(options);
  }

  /** The port on which it listens. */
  public int port() {
    return ((InetSocketAddress) server.localAddress()).getPort();
  }

  /** The truth so far. */
  public SimState state() {
    return onLoop(() -> truth.state(engine));
  }

  /** The last thousand requests, the oldest first. */
  public List<SeenRequest> requests() {
    return onLoop(truth::requests);
  }

  /** Plays a failure on the next generations, after the scripts that are still waiting. */
  public void script(SimScript.Failure failure, int times) {
    SimScript script = new SimScript(failure, times);
    onLoop(() -> scripts.add(script));
  }

  /** Does everything so many times as slowly, from the next step on. */
  public void slowDown(int times) {
    onLoop(() -> {
      engine.slowDown(times);
      return true;
    });
  }

  /** Forgets the scripts that have not been played. */
  public void clearScripts() {
    onLoop(() -> {
      scripts.clear();
      return true;
    });
  }

  /** Forgets counts, requests and scripts. */
  public void reset() {
    onLoop(() -> {
      truth.reset(ticker.read());
      scripts.clear();
      return true;
    });
  }

  private <T> T onLoop(Callable<T> task) {
    return loop.inEventLoop() ? callHere(task) : loop.submit(task).syncUninterruptibly().getNow();
  }

  private static <T> T callHere(Callable<T> task) {
    try {
      return task.call();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  Optional<ContextWindow> context() {
    return context;
  }

  Options options() {
    return options;
  }

  SimTruth truth() {
    return truth;
  }

  EventLoop loop() {
    return loop;
  }

  /** Wall time in microseconds since 1970, which other processes of the machine can compare with theirs. */
  long wallMicros() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, wall.instant());
  }

  String nextId() {
    return Long.toString(++nextId);
  }

  /** The failure to play on a generation that begins, if any. */
  Optional<SimScript.Failure> nextFailure() {
    SimScript script = scripts.pollFirst();
    if (script == null) {
      return Optional.empty();
    }
    if (script.times() > 1) {
      scripts.addFirst(new SimScript(script.failure(), script.times() - 1));
    }
    truth.scripted();
    return Optional.of(script.failure());
  }

  BatchEngine.Sequence submit(long promptTokens, int outputTokens, BatchEngine.Progress progress) {
    long nowNanos = ticker.read();
    engine.advance(nowNanos);
    BatchEngine.Sequence sequence = engine.submit(promptTokens, outputTokens, nowNanos, progress);
    arm();
    return sequence;
  }

  void cancel(BatchEngine.Sequence sequence) {
    engine.cancel(sequence);
  }

  private void arm() {
    if (!armed && engine.nextStepEndNanos().isPresent()) {
      armed = true;
      long delayNanos = Math.max(0, engine.nextStepEndNanos().getAsLong() - ticker.read());
      loop.schedule(this::step, delayNanos, TimeUnit.NANOSECONDS);
    }
  }

  private void step() {
    armed = false;
    engine.advance(ticker.read());
    arm();
  }

  /** Stops listening and closes every connection. */
  @Override
  public void close() {
    server.close().awaitUninterruptibly();
    group.shutdownGracefully(0, 1000, TimeUnit.MILLISECONDS).awaitUninterruptibly();
  }

  /**
   * Reads {@code --listen 127.0.0.1:19001 --tokens-per-sec 4000 --max-batch 32 --models a,b} and optionally {@code
   * --prefill-tokens-per-sec}, {@code --step-base-ms}, {@code --step-per-request-ms} and {@code --key-env}, the name of a variable of {@code
   * environment} that holds the key to ask for, and {@code --context}, the tokens beyond which requests are refused.
   */
  public static Options options(List<String> arguments, Map<String, String> environment) {
    CommandLine options = CommandLine.parse(
        arguments.toArray(String[]::new), "listen", "tokens-per-sec", "max-batch", "models", "prefill-tokens-per-sec", "step-base-ms",
        "step-per-request-ms", "key-env", "context");
    BatchModel model = new BatchModel(
        (long) options.number("prefill-tokens-per-sec", 9_500),
        (long) (options.number("step-base-ms", 29.6) * 1e6),
        (long) (options.number("step-per-request-ms", 0.32) * 1e6),
        (long) options.number("tokens-per-sec", 4000),
        (int) options.number("max-batch", 32),
        512);
    String keyName = options.get("key-env", "");
    String key = keyName.isEmpty() ? "" : environment.getOrDefault(keyName, "");
    return new Options(
        options.address("listen", "127.0.0.1:19001"), model, key, List.of(options.get("models", "sim").split(",")), (int) options.number("context", 0));
  }

  /** Runs until it is killed, with what {@link #options} reads. */
  public static void main(String[] args) throws Exception {
    ProviderSimulator simulator = start(options(List.of(args), System.getenv()));
    System.out.println("provider: listening on " + simulator.server.localAddress());
    simulator.server.closeFuture().await();
  }
}
