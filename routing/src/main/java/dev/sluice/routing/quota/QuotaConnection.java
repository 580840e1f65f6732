// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.quota;

import dev.sluice.routing.redis.RedisLink;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A node's connection to the Redis that keeps quotas, and the probe that makes it, looks at the data behind it, and decides when {@link Standby} may
 * give way to Redis. Thread-safe; probes run on a thread of their own.
 */
final class QuotaConnection implements AutoCloseable {
  /** A process that is told to end has little time. */
  private static final Duration LAST_WORDS = Duration.ofMillis(150);

  private final RedisLink link;
  private final Generation generation;
  private final SharedSettlements settlements;
  private final Standby standby;
  private final ScheduledExecutorService prober;
  private final Future<?> firstProbe;
  private volatile Optional<StatefulRedisConnection<String, String>> connection = Optional.empty();

  /**
   * Begins to probe.
   *
   * @param period time between probes
   */
  QuotaConnection(RedisLink link, Generation generation, SharedSettlements settlements, Standby standby, Duration period) {
    this.link = link;
    this.generation = generation;
    this.settlements = settlements;
    this.standby = standby;
    this.prober = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().name("sluice-quota").daemon(true).factory());
    this.firstProbe = prober.submit(this::probe);
    prober.scheduleWithFixedDelay(this::probe, period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Waits until the first probe is over, but no longer than {@code most}. */
  void awaitFirst(Duration most) {
    try {
      firstProbe.get(most.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      standby.lost(e);
    }
  }

  /**
   * Where to send commands.
   *
   * @throws IllegalStateException if Redis was never found
   */
  RedisAsyncCommands<String, String> redis() {
    return connection.orElseThrow(() -> new IllegalStateException("no connection (expected: one while Redis answers)")).async();
  }

  /** Looks for a Redis that was lost, and tells it what it missed. Confined to the prober. */
  private void probe() {
    try {
      if (connection.isEmpty()) {
        connection = Optional.of(watched(link.connection().get()));
      }
      generation.check(redis());
      if (settlements.flush(redis(), standby::lost)) {
        standby.found();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | ExecutionException e) {
      // Lost, or still lost; the next probe tries again.
      standby.lost(e);
    }
  }

  /** Whoever answers after an interruption may be another server, and is not asked before the next probe has looked at its data. */
  private StatefulRedisConnection<String, String> watched(StatefulRedisConnection<String, String> fresh) {
    fresh.addListener(
        new RedisConnectionStateListener() {
          @Override
          public void onRedisDisconnected(RedisChannelHandler<?, ?> interrupted) {
            standby.lost(new RedisException("the connection was interrupted"));
          }
        });
    return fresh;
  }

  /** Tells Redis the settlements that wait, if it answers within {@link #LAST_WORDS}, and ends the probing and the connection. */
  @Override
  public void close() {
    if (!settlements.told()) {
      try {
        prober.submit(this::probe).get(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (ExecutionException | TimeoutException e) {
        standby.lost(e);
      }
    }
    prober.shutdownNow();
    connection.ifPresent(StatefulRedisConnection::close);
  }
}
