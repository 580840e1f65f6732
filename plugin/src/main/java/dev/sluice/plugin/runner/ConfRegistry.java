// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.runner;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.sluice.plugin.filter.FilterRoute;
import dev.sluice.plugin.protocol.A6Message;
import dev.sluice.plugin.protocol.Field;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * The configurations that the gateway has prepared, by conf token. Thread-safe.
 *
 * <p>Preparing the same configuration under the same key again gives the same token. Tokens count up from a start that
 * differs from process to process, so that a token which outlived its process is unknown here rather than someone else's. A
 * configuration goes only when the gateway must have forgotten its token: after a time without any use that is longer than
 * the gateway keeps tokens. Beyond its bounds the registry refuses newcomers instead of dropping what is live, because one
 * unknown token makes the gateway drop all of them.
 */
final class ConfRegistry {
  private static final long UNSIGNED_INT_MASK = 0xffff_ffffL;
  private static final int SWEEPS_PER_EXPIRY = 16;

  /** How much is kept, and how long at least without use. */
  record Bounds(int maxConfs, long maxChars, long unusedNanos) {
    private static final int MAX_CONFS = 100_000;
    private static final long MAX_CHARS = 64L << 20;
    private static final double EXPIRY_MARGIN = 1.25;

    static Bounds of(Duration confExpiry) {
      return new Bounds(MAX_CONFS, MAX_CHARS, (long) (confExpiry.toNanos() * EXPIRY_MARGIN));
    }
  }

  private final Bounds bounds;
  private final Function<A6Message.PrepareConf, FilterRoute> routes;
  private final Map<Long, Conf> byToken = new ConcurrentHashMap<>();
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final Map<String, Conf> byKey = new HashMap<>();

  @GuardedBy("lock")
  private long nextToken;

  @GuardedBy("lock")
  private long chars;

  @GuardedBy("lock")
  private long sweptNanos;

  /**
   * @param routes finds a configuration's filters; what it throws passes through
   * @param firstToken where to start counting, in unsigned 32 bits
   */
  ConfRegistry(Bounds bounds, Function<A6Message.PrepareConf, FilterRoute> routes, long firstToken, long nowNanos) {
    this.bounds = bounds;
    this.routes = routes;
    this.nextToken = firstToken & UNSIGNED_INT_MASK;
    this.sweptNanos = nowNanos;
  }

  /** Takes a configuration in; empty if there is no room for it. */
  Optional<Conf> prepare(A6Message.PrepareConf message, long nowNanos) {
    Optional<Conf> known = usable(message, nowNanos);
    if (known.isPresent()) {
      return known;
    }
    FilterRoute route = routes.apply(message); // code of the filters: not under the lock
    lock.lock();
    try {
      sweep(nowNanos);
      Conf present = byKey.get(message.key());
      if (present != null && present.filters().equals(message.filters())) {
        present.reread(route, nowNanos);
        return Optional.of(present);
      }
      long size = size(message);
      if (byToken.size() >= bounds.maxConfs || chars + size > bounds.maxChars) {
        return Optional.empty();
      }
      Conf conf = new Conf(newToken(), message, route, nowNanos);
      chars += size;
      byToken.put(conf.token(), conf);
      byKey.put(message.key(), conf);
      return Optional.of(conf);
    } finally {
      lock.unlock();
    }
  }

  /** The configuration of a token, kept from here on for its time again. */
  Optional<Conf> find(long confToken, long nowNanos) {
    Conf conf = byToken.get(confToken);
    if (conf == null) {
      return Optional.empty();
    }
    conf.used(nowNanos);
    return Optional.of(conf);
  }

  int size() {
    return byToken.size();
  }

  /** A broken configuration is read again: what it lacked may be there by now. */
  private Optional<Conf> usable(A6Message.PrepareConf message, long nowNanos) {
    lock.lock();
    try {
      Conf conf = byKey.get(message.key());
      if (conf == null || conf.route() instanceof FilterRoute.Broken || !conf.filters().equals(message.filters())) {
        return Optional.empty();
      }
      conf.used(nowNanos);
      return Optional.of(conf);
    } finally {
      lock.unlock();
    }
  }

  private static long size(A6Message.PrepareConf message) {
    return message.key().length()
        + message.filters().stream().mapToLong(field -> field.name().length() + (long) field.text().length()).sum();
  }

  @GuardedBy("lock")
  private long newToken() {
    while (nextToken == 0 || byToken.containsKey(nextToken)) {
      nextToken = (nextToken + 1) & UNSIGNED_INT_MASK;
    }
    long token = nextToken;
    nextToken = (nextToken + 1) & UNSIGNED_INT_MASK;
    return token;
  }

  @GuardedBy("lock")
  private void sweep(long nowNanos) {
    boolean due = nowNanos - sweptNanos >= bounds.unusedNanos / SWEEPS_PER_EXPIRY;
    if (!due) {
      return;
    }
    sweptNanos = nowNanos;
    for (Iterator<Conf> confs = byToken.values().iterator(); confs.hasNext(); ) {
      Conf conf = confs.next();
      if (nowNanos - conf.usedNanos >= bounds.unusedNanos) {
        confs.remove();
        byKey.remove(conf.message.key(), conf);
        chars -= size(conf.message);
      }
    }
  }

  /** A configuration with its token. Thread-safe. */
  static final class Conf {
    private final long token;
    private final A6Message.PrepareConf message;
    private volatile FilterRoute route;
    private volatile long usedNanos;

    Conf(long token, A6Message.PrepareConf message, FilterRoute route, long nowNanos) {
      this.token = token;
      this.message = message;
      this.route = route;
      this.usedNanos = nowNanos;
    }

    long token() {
      return token;
    }

    FilterRoute route() {
      return route;
    }

    List<Field> filters() {
      return message.filters();
    }

    void reread(FilterRoute route, long nowNanos) {
      this.route = route;
      used(nowNanos);
    }

    void used(long nowNanos) {
      usedNanos = nowNanos;
    }
  }
}
