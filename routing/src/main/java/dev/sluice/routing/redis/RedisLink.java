// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.redis;

import dev.sluice.routing.config.Secret;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.Delay;
import io.lettuce.core.resource.EpollProvider;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The connections to one Redis, all with the same options. Thread-safe. Opening it waits for nobody.
 *
 * <p>The link keeps one for commands and one for each subscription; who decides what happens while Redis is away asks for {@linkplain #connection one of its own}.
 * Until a connection stands, and whenever it is lost, commands are refused at once. Lettuce connects again by itself once a connection stood. Until then
 * the link tries twice a second for those it keeps, on a thread of its own, as Lettuce generates its classes for the first connection, which takes
 * a good part of a second.
 */
public final class RedisLink implements AutoCloseable {
  private static final Duration CONNECT = Duration.ofSeconds(1);
  private static final Duration RECONNECT = Duration.ofMillis(500);
  private static final Duration DEAD_PEER = Duration.ofSeconds(3);
  private static final int QUEUED_COMMANDS = 4_096;

  private final RedisURI uri;
  private final ClientResources resources;
  private final RedisClient client;
  private final ScheduledExecutorService retries;
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile @Nullable StatefulRedisConnection<byte[], byte[]> commands;

  private RedisLink(RedisURI uri) {
    this.uri = uri;
    resources = DefaultClientResources.builder().ioThreadPoolSize(2).computationThreadPoolSize(2).reconnectDelay(Delay.constant(RECONNECT)).build();
    client = RedisClient.create(resources, uri);
    SocketOptions.Builder socket = SocketOptions.builder().connectTimeout(CONNECT).keepAlive(true);
    if (EpollProvider.isAvailable()) {
      socket.tcpUserTimeout(SocketOptions.TcpUserTimeoutOptions.builder().enable().tcpUserTimeout(DEAD_PEER).build());
    }
    client.setOptions(
        ClientOptions.builder()
            .autoReconnect(true)
            .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
            .requestQueueSize(QUEUED_COMMANDS)
            .socketOptions(socket.build())
            .build());
    retries = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().name("sluice-redis").daemon(true).factory());
  }

  /**
   * Begins to connect.
   *
   * @param url {@code redis://host:port/database}, {@code rediss://} for TLS
   */
  public static RedisLink open(String url, Optional<Secret> password) {
    RedisURI uri = RedisURI.create(url);
    password.ifPresent(secret -> uri.setAuthentication((CharSequence) secret.reveal()));
    uri.setTimeout(CONNECT);
    var link = new RedisLink(uri);
    link.keep(() -> link.client.connectAsync(ByteArrayCodec.INSTANCE, uri), connection -> link.commands = connection);
    return link;
  }

  /** Begins a connection of the caller's, who closes it, and tries again if it fails. */
  public CompletableFuture<StatefulRedisConnection<String, String>> connection() {
    return client.connectAsync(StringCodec.UTF8, uri).toCompletableFuture();
  }

  /** Tries until a connection of the link's own stands. */
  private <C> void keep(Supplier<? extends CompletionStage<C>> attempt, Consumer<C> stands) {
    retries.execute(() -> connect(attempt, stands));
  }

  private <C> void connect(Supplier<? extends CompletionStage<C>> attempt, Consumer<C> stands) {
    attempt
        .get()
        .whenComplete(
            (connection, failure) -> {
              if (connection != null) {
                stands.accept(connection);
              } else if (!closed.get()) {
                retries.schedule(() -> connect(attempt, stands), RECONNECT.toMillis(), TimeUnit.MILLISECONDS);
              }
            });
  }

  /** The connection for commands; null before the first one stood. */
  @Nullable StatefulRedisConnection<byte[], byte[]> commands() {
    return commands;
  }

  /**
   * Hears a channel from now on, whenever the connection stands.
   *
   * @param subscribed called each time hearing begins, the first time too: what was said before was missed
   */
  void subscribe(String channel, Consumer<String> messages, Runnable subscribed) {
    keep(() -> client.connectPubSubAsync(StringCodec.ASCII, uri), connection -> listen(connection, channel, messages, subscribed));
  }

  private static void listen(
      StatefulRedisPubSubConnection<String, String> connection, String channel, Consumer<String> messages, Runnable subscribed) {
    connection.addListener(
        new RedisPubSubAdapter<>() {
          @Override
          public void message(String heardOn, String message) {
            messages.accept(message);
          }

          @Override
          public void subscribed(String heardOn, long count) {
            subscribed.run();
          }
        });
    // Lettuce subscribes anew by itself after a reconnection.
    connection.async().subscribe(channel);
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      retries.shutdownNow();
      client.shutdown(Duration.ZERO, Duration.ofMillis(200));
      resources.shutdown(0, 200, TimeUnit.MILLISECONDS);
    }
  }
}
