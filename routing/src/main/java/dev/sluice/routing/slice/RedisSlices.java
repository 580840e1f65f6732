// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.slice;

import dev.sluice.routing.redis.RedisLink;
import dev.sluice.routing.redis.RedisScript;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulRedisConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** Leases in Redis, by its clock. Not thread-safe; confined to one thread. */
final class RedisSlices implements SliceTable, AutoCloseable {
  private static final String PREFIX = "sluice:slices:";
  private static final RedisScript CLAIM = RedisScript.beside(RedisSlices.class, "claim.lua");

  /** The first connection takes its time, as classes are loaded for it. */
  private static final Duration FIRST_CONNECTION = Duration.ofMillis(400);

  /** A process that is told to end has little time. */
  private static final Duration LAST_WORDS = Duration.ofMillis(150);

  /**
   * Names and times. Immutable.
   *
   * @param group nodes that share capacity name the same
   * @param life time after which a silent node counts no more
   * @param settling time in which no part grows after data were lost
   * @param deadline of one call
   */
  record Bounds(String group, Duration life, Duration settling, Duration deadline) {}

  private final RedisLink link;
  private final Bounds bounds;
  private final Consumer<String> twin;
  private final String word = UUID.randomUUID().toString();
  private String node;
  private boolean claimed;
  private Duration patience = FIRST_CONNECTION;
  private Optional<CompletableFuture<StatefulRedisConnection<String, String>>> connecting = Optional.empty();

  /**
   * Leases of {@code node} in the Redis of {@code link}, which stays the caller's.
   *
   * @param twin told of the name under which this node goes on, once another one has taken its own
   */
  RedisSlices(RedisLink link, String node, Bounds bounds, Consumer<String> twin) {
    this.link = link;
    this.node = node;
    this.bounds = bounds;
    this.twin = twin;
  }

  @Override
  public List<Lease> claim(List<Claim> claims) throws IOException, InterruptedException {
    List<Object> reply = send(claims);
    if ((Long) reply.get(0) == 1) {
      node = node + "~" + word;
      twin.accept(node);
      reply = send(claims);
    }
    claimed = true;
    List<?> lines = (List<?>) reply.get(1);
    List<Lease> leases = new ArrayList<>();
    for (int i = 0; i < claims.size(); i++) {
      leases.add(lease(claims.get(i).need().name(), (List<?>) lines.get(i)));
    }
    return leases;
  }

  private List<Object> send(List<Claim> claims) throws IOException, InterruptedException {
    List<String> keys = claims.stream().map(claim -> key(claim.need().name())).toList();
    List<String> arguments = new ArrayList<>(5 + 5 * claims.size());
    arguments.add(node);
    arguments.add(word);
    arguments.add(claimed ? "0" : "1");
    arguments.add(Long.toString(bounds.life().toMillis()));
    arguments.add(Long.toString(bounds.settling().toMillis()));
    for (Claim claim : claims) {
      arguments.add(Long.toString(claim.need().capacity()));
      arguments.add(Long.toString(claim.has()));
      arguments.add(Long.toString(claim.wants()));
      arguments.add(Long.toString(claim.need().demand()));
      arguments.add(Long.toString(claim.need().weight()));
    }
    try {
      return CLAIM.run(connection().async(), keys, arguments, bounds.deadline()).get();
    } catch (ExecutionException | RedisException e) {
      throw new IOException(e);
    }
  }

  private static Lease lease(String name, List<?> line) {
    List<Peer> peers = new ArrayList<>();
    for (int i = 1; i < line.size(); i += 3) {
      peers.add(new Peer((String) line.get(i), (Long) line.get(i + 1), (Long) line.get(i + 2)));
    }
    return new Lease(name, (Long) line.get(0), List.copyOf(peers));
  }

  /** Waits for a connection no longer than for a reply; it goes on being made meanwhile. */
  private StatefulRedisConnection<String, String> connection() throws IOException, InterruptedException {
    CompletableFuture<StatefulRedisConnection<String, String>> pending = connecting.orElseGet(link::connection);
    connecting = Optional.of(pending);
    Duration most = patience;
    patience = bounds.deadline();
    try {
      return pending.get(most.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      connecting = Optional.empty();
      throw new IOException(e.getCause());
    } catch (TimeoutException e) {
      throw new IOException("no connection within " + most.toMillis() + " ms", e);
    }
  }

  private String key(String name) {
    return PREFIX + bounds.group() + ":" + name;
  }

  @Override
  public void leave(Collection<String> names) throws IOException, InterruptedException {
    try {
      List<RedisFuture<Long>> removed = new ArrayList<>();
      for (String name : names) {
        removed.add(connection().async().hdel(key(name), node));
      }
      for (RedisFuture<Long> each : removed) {
        each.get(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (ExecutionException | TimeoutException | RedisException e) {
      throw new IOException(e);
    }
  }

  @Override
  public void close() {
    connecting.ifPresent(pending -> pending.thenAccept(StatefulRedisConnection::close));
  }
}
