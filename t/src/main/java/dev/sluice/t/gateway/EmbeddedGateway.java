// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.gateway;

import dev.sluice.t.CommandLine;
import dev.sluice.t.gateway.config.ApisixYaml;
import dev.sluice.t.gateway.config.ConfigException;
import dev.sluice.t.gateway.config.GatewayConfig;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running stand-in for APISIX: one worker on one port, with one {@code apisix.yaml} and one runner socket. Thread-safe.
 *
 * <p>It looks at the file about once a second and takes what changed; a file that it refuses leaves the running
 * configuration as it is, with the reason in the log.
 */
public final class EmbeddedGateway implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(EmbeddedGateway.class);
  private static final int BACKLOG = 16384;

  private final MultiThreadIoEventLoopGroup group;
  private final Worker worker;
  private final Channel server;
  private final Path config;
  private volatile long version;
  private String loadedText;

  private EmbeddedGateway(MultiThreadIoEventLoopGroup group, Worker worker, Channel server, Path config, String text) {
    this.group = group;
    this.worker = worker;
    this.server = server;
    this.config = config;
    this.version = worker.config().version();
    this.loadedText = text;
  }

  /**
   * What to run.
   *
   * @param config the {@code apisix.yaml}
   * @param listen where clients connect; port 0 takes a free one
   * @param runnerSocket the runner's unix socket, APISIX's {@code ext-plugin.path_for_test}
   * @param pollMillis how often the file is looked at
   */
  public record Options(Path config, InetSocketAddress listen, Path runnerSocket, long pollMillis) {
    /** Looks at the file once a second, as APISIX does. */
    public Options(Path config, InetSocketAddress listen, Path runnerSocket) {
      this(config, listen, runnerSocket, 1000);
    }
  }

  /**
   * Loads the file and listens.
   *
   * @throws ConfigException if the file says something that this gateway does not know
   * @throws IOException if the file can't be read or the port is taken
   */
  public static EmbeddedGateway start(Options options) throws IOException {
    String text = Files.readString(options.config());
    GatewayConfig config = ApisixYaml.parse(text, modifiedSeconds(options.config()));
    MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(
        1, new DefaultThreadFactory("gateway-worker", true), EpollIoHandler.newFactory());
    var loop = group.next();
    Worker worker = new Worker(
        loop, System::nanoTime, InstantSource.system(),
        new RunnerLink(loop, options.runnerSocket(), System::nanoTime), config);
    ServerBootstrap bootstrap = new ServerBootstrap()
        .group(group)
        .channel(EpollServerSocketChannel.class)
        .option(ChannelOption.SO_BACKLOG, BACKLOG)
        .option(ChannelOption.SO_REUSEADDR, true)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childHandler(new ChannelInitializer<Channel>() {
          @Override
          protected void initChannel(Channel channel) {
            ByteMeter meter = new ByteMeter();
            channel.pipeline()
                .addLast(meter)
                .addLast(new HttpServerCodec())
                .addLast(new ClientConnection(worker, channel, meter));
          }
        });
    var bound = bootstrap.bind(options.listen()).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      group.shutdownGracefully(0, 0, TimeUnit.SECONDS);
      throw new IOException("cannot listen on " + options.listen() + ": " + bound.cause().getMessage());
    }
    EmbeddedGateway gateway = new EmbeddedGateway(group, worker, bound.channel(), options.config(), text);
    loop.scheduleWithFixedDelay(
        gateway::reloadIfChanged, options.pollMillis(), options.pollMillis(), TimeUnit.MILLISECONDS);
    return gateway;
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return (InetSocketAddress) server.localAddress();
  }

  /** The port on which it listens. */
  public int port() {
    return address().getPort();
  }

  /** The version of the configuration in force; grows with each reload. */
  public long configVersion() {
    return version;
  }

  /** Looks at the file now instead of at the next poll; {@code looked} runs on the worker when that is done. */
  public void reloadNow(Runnable looked) {
    worker.loop().execute(() -> {
      reloadIfChanged();
      looked.run();
    });
  }

  private void reloadIfChanged() {
    try {
      String text = Files.readString(config);
      if (text.equals(loadedText)) {
        return;
      }
      // A file that is only half written has no #END yet; it is looked at again.
      loadedText = text;
      GatewayConfig next = ApisixYaml.parse(text, Math.max(version + 1, modifiedSeconds(config)));
      worker.reconfigure(next);
      version = next.version();
      log.info("loaded {} version={}", config, version);
    } catch (IOException | ConfigException e) {
      log.error("kept the running configuration: {}", e.getMessage());
    }
  }

  private static long modifiedSeconds(Path file) throws IOException {
    return Files.getLastModifiedTime(file).to(TimeUnit.SECONDS);
  }

  /** Posts the events that have gathered, then closes every connection. */
  @Override
  public void close() {
    server.close().awaitUninterruptibly();
    worker.loop().submit(worker::close).awaitUninterruptibly();
    group.shutdownGracefully(100, 1000, TimeUnit.MILLISECONDS).awaitUninterruptibly();
  }

  /** Reads {@code --config apisix.yaml --listen 127.0.0.1:9080 --socket /run/sluice/runner.sock}. */
  public static Options options(List<String> arguments) {
    CommandLine options = CommandLine.parse(arguments.toArray(String[]::new), "config", "listen", "socket");
    return new Options(Path.of(options.required("config")), options.address("listen", "127.0.0.1:9080"), Path.of(options.required("socket")));
  }

  /** Runs until it is killed, with what {@link #options} reads. */
  public static void main(String[] args) throws Exception {
    EmbeddedGateway gateway;
    try {
      gateway = start(options(List.of(args)));
    } catch (ConfigException e) {
      System.err.println(e.getMessage());
      System.exit(2);
      return;
    }
    System.out.println("gateway: listening on " + gateway.address());
    Runtime.getRuntime().addShutdownHook(new Thread(gateway::close, "gateway-stop"));
    gateway.server.closeFuture().await();
  }
}
