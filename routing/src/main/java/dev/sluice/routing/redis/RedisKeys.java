// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.redis;

import dev.sluice.routing.KeyFingerprint;
import dev.sluice.routing.store.EntitlementCodec;
import dev.sluice.routing.store.FailureCause;
import dev.sluice.routing.store.KeyChanges;
import dev.sluice.routing.store.LayerAnswer;
import dev.sluice.routing.store.SharedKeys;
import dev.sluice.routing.store.StoreGuard;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keys in Redis. Thread-safe.
 *
 * <p>The entry {@code sluice:key:FINGERPRINT} holds {@code e} and an {@linkplain EntitlementCodec entitlement}, or {@code n} for a key that
 * nobody has, or {@code s}, for two seconds after a change, which reads as nothing and keeps whatever was read before the change from being
 * stored: entries are only made where there is none. Of an entry no more than {@value #MAX_BYTES} bytes are ever fetched; one that is longer,
 * of another type or not of this form is a failure, and removed.
 */
public final class RedisKeys implements SharedKeys {
  private static final Logger log = LoggerFactory.getLogger(RedisKeys.class);

  /** Where nodes tell each other of changes. */
  static final String CHANNEL = "sluice:keys";

  private static final String PREFIX = "sluice:key:";
  private static final int MAX_BYTES = 8192;
  private static final byte ENTITLEMENT = 'e';
  private static final byte[] NOBODY = {'n'};
  private static final byte[] STALE = {'s'};
  private static final Duration STALE_TIME = Duration.ofSeconds(2);

  private final RedisLink link;
  private final StoreGuard guard;
  private final Duration deadline;
  private final Duration time;
  private final Duration absenceTime;

  /**
   * @param deadline of one command
   * @param time how long a key is kept
   * @param absenceTime how long it is kept that nobody has a key
   */
  public RedisKeys(RedisLink link, StoreGuard guard, Duration deadline, Duration time, Duration absenceTime) {
    this.link = link;
    this.guard = guard;
    this.deadline = deadline;
    this.time = time;
    this.absenceTime = absenceTime;
  }

  /** Passes on what other nodes tell. */
  public void hear(KeyChanges changes) {
    link.subscribe(CHANNEL, message -> ChangeMessage.parse(message).ifPresent(change -> changes.heard(change.key(), change.revoked())), changes::mayHaveMissed);
  }

  private static byte[] name(KeyFingerprint key) {
    return (PREFIX + key.text().substring(KeyFingerprint.SCHEME.length())).getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public LayerAnswer find(KeyFingerprint key) {
    byte[] name = name(key);
    Reply<byte[]> reply = ask(commands -> commands.getrange(name, 0, MAX_BYTES));
    return switch (reply) {
      case Reply.Failure<byte[]> failure -> {
        if (failure.cause() == FailureCause.REFUSED) {
          remove(name);
        }
        yield new LayerAnswer.Failed(failure.cause());
      }
      case Reply.Value<byte[]> value -> {
        LayerAnswer answer = read(value.value());
        if (answer instanceof LayerAnswer.Failed) {
          remove(name);
        }
        yield answer;
      }
    };
  }

  private static LayerAnswer read(byte[] entry) {
    if (entry.length == 0) {
      return LayerAnswer.MISS;
    }
    if (entry.length == 1 && entry[0] == STALE[0]) {
      return LayerAnswer.MISS;
    }
    if (entry.length == 1 && entry[0] == NOBODY[0]) {
      return LayerAnswer.KNOWN_ABSENT;
    }
    Optional<LayerAnswer> found = Optional.empty();
    if (entry[0] == ENTITLEMENT && entry.length <= MAX_BYTES) {
      found = EntitlementCodec.decode(entry, 1, entry.length - 1).map(LayerAnswer.Found::new);
    }
    return found.orElse(new LayerAnswer.Failed(FailureCause.MALFORMED));
  }

  @Override
  public void remember(KeyFingerprint key, LayerAnswer answer) {
    switch (answer) {
      case LayerAnswer.Found found -> {
        byte[] encoded = EntitlementCodec.encode(found.entitlement());
        byte[] entry = new byte[encoded.length + 1];
        entry[0] = ENTITLEMENT;
        System.arraycopy(encoded, 0, entry, 1, encoded.length);
        if (entry.length <= MAX_BYTES) {
          store(key, entry, SetArgs.Builder.nx().px(time));
        }
      }
      case LayerAnswer.KnownAbsent absent -> store(key, NOBODY, SetArgs.Builder.nx().px(absenceTime));
      case LayerAnswer.Miss miss -> {}
      case LayerAnswer.Failed failed -> {}
    }
  }

  @Override
  public boolean drop(KeyFingerprint key) {
    Reply<String> marked = ask(commands -> commands.set(name(key), STALE, SetArgs.Builder.px(STALE_TIME)));
    if (marked instanceof Reply.Failure<String> failure && failure.cause() == FailureCause.REFUSED) {
      // Without memory to spare it still removes, and then stores nothing that was read before either.
      return ask(commands -> commands.del(name(key))) instanceof Reply.Value;
    }
    return marked instanceof Reply.Value;
  }

  @Override
  public boolean tell(KeyFingerprint key, boolean revoked) {
    byte[] channel = CHANNEL.getBytes(StandardCharsets.US_ASCII);
    byte[] message = new ChangeMessage(key, revoked).text().getBytes(StandardCharsets.US_ASCII);
    return ask(commands -> commands.publish(channel, message)) instanceof Reply.Value;
  }

  private void store(KeyFingerprint key, byte[] entry, SetArgs how) {
    send(commands -> commands.set(name(key), entry, how));
  }

  private void remove(byte[] name) {
    send(commands -> commands.del(name));
  }

  /** Sends a command whose reply changes nothing here. */
  private void send(Function<RedisAsyncCommands<byte[], byte[]>, Future<?>> command) {
    StatefulRedisConnection<byte[], byte[]> connection = link.commands();
    if (connection != null && guard.trusted()) {
      try {
        var sent = command.apply(connection.async());
        assert sent != null;
      } catch (RedisException e) {
        // Refused while disconnected: the next question finds out and reports it.
        return;
      }
    }
  }

  /** What became of a command. */
  private sealed interface Reply<T> {
    record Value<T>(T value) implements Reply<T> {}

    record Failure<T>(FailureCause cause) implements Reply<T> {}
  }

  @Override
  public void probe() {
    if (guard.admitsTrial() && run(commands -> commands.ping()) instanceof Reply.Failure<String> failure) {
      log.debug("store=REDIS still fails cause={}", failure.cause());
    }
  }

  @Override
  public Duration keeps() {
    return time.compareTo(absenceTime) < 0 ? absenceTime : time;
  }

  private <T> Reply<T> ask(Function<RedisAsyncCommands<byte[], byte[]>, Future<T>> command) {
    return guard.admits() ? run(command) : new Reply.Failure<>(FailureCause.BREAKER_OPEN);
  }

  /** Runs a command that the guard has let in. */
  private <T> Reply<T> run(Function<RedisAsyncCommands<byte[], byte[]>, Future<T>> command) {
    StatefulRedisConnection<byte[], byte[]> connection = link.commands();
    if (connection == null) {
      return failed(FailureCause.DISCONNECTED);
    }
    @Nullable Future<T> running = null;
    try {
      running = command.apply(connection.async());
      T value = running.get(deadline.toNanos(), TimeUnit.NANOSECONDS);
      guard.worked();
      return new Reply.Value<>(value);
    } catch (TimeoutException e) {
      running.cancel(false);
      return failed(FailureCause.TIMEOUT);
    } catch (ExecutionException e) {
      return failed(cause(e.getCause()));
    } catch (RedisException e) {
      return failed(cause(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      guard.unused();
      return new Reply.Failure<>(FailureCause.BUSY);
    }
  }

  private <T> Reply<T> failed(FailureCause cause) {
    if (cause == FailureCause.REFUSED) {
      // It answered; an entry of another type or a server that takes no writes is not one that is away.
      guard.worked();
    } else {
      guard.failed(cause);
    }
    return new Reply.Failure<>(cause);
  }

  private static FailureCause cause(@Nullable Throwable thrown) {
    return switch (thrown) {
      case RedisCommandExecutionException refused -> FailureCause.REFUSED;
      case RedisCommandTimeoutException late -> FailureCause.TIMEOUT;
      case null, default -> FailureCause.DISCONNECTED;
    };
  }
}
