// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.quota;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.sluice.routing.Entitlement;
import dev.sluice.routing.quota.QuotaTree.Node;
import dev.sluice.routing.redis.RedisLink;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisException;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The quotas of many nodes on one Redis: one script checks and reserves in all scopes of a request at once, by the server's clock. Thread-safe.
 *
 * <p>When Redis fails once, the node counts alone, in a {@link QuotaBook} that hands out no more than its {@link LastShares last share}; a probe
 * finds Redis again. Settlements meanwhile wait in a bounded queue and are told to Redis before it decides anew. A settlement names its
 * reservation, so that telling it twice does no harm.
 *
 * <p>A key in Redis names the generation of its data. A node that finds another {@link Generation} than before, or fewer of its own signs of life,
 * puts back what it last heard was used. What nobody heard of is lost; so is, where the connection stands while the data are exchanged behind
 * it, what is used until the next probe.
 */
public final class SharedQuotas implements QuotaDesk, AutoCloseable {
  /** How long a call may take where nothing else is configured. */
  public static final Duration USUAL_DEADLINE = Duration.ofMillis(50);

  private static final int CLOCK_RETRIES = 2;

  /** A process that is told to end has little time. */
  private static final Duration LAST_WORDS = Duration.ofMillis(150);

  /**
   * Times and bounds. Immutable.
   *
   * @param life of a reservation that nobody ends
   * @param deadline of each call
   * @param probe time between attempts to reach Redis again
   * @param nodeLife after which a silent node no longer counts when shares are made
   * @param waitingEnds settlements that may wait for Redis
   */
  public record Bounds(Duration life, Duration deadline, Duration probe, Duration nodeLife, int waitingEnds) {
    /** Bounds with {@code life} for reservations, {@code deadline} for calls, and otherwise the usual ones. */
    public static Bounds of(Duration life, Duration deadline) {
      return new Bounds(life, deadline, Duration.ofSeconds(1), Duration.ofMinutes(1), 100_000);
    }
  }

  private final RedisLink link;
  private final QuotaListener listener;
  private final SharedListener shared;
  private final InstantSource wall;
  private final Ticker ticker;
  private final Bounds bounds;
  private final QuotaScripts scripts;
  private final LastShares.Memory memory = new LastShares.Memory();
  private final Generation generation;
  private final SharedSettlements settlements;
  private final String node = UUID.randomUUID().toString();
  private final AtomicLong numbers = new AtomicLong();
  private final ScheduledExecutorService prober;
  private final Future<?> firstProbe;
  private volatile QuotaTree tree;
  private volatile Duration serverAhead = Duration.ZERO;
  private volatile Optional<StatefulRedisConnection<String, String>> connection = Optional.empty();

  private final ReentrantLock lock = new ReentrantLock();

  /** The book that counts while Redis is lost; empty while Redis answers. Written under the lock. */
  private volatile Optional<QuotaBook> alone;

  /** Quotas in the Redis of {@code link}, which stays the caller's; until it has answered for the first time, this node counts alone. */
  public SharedQuotas(
      QuotaTree tree, RedisLink link, InstantSource wall, Ticker ticker, Bounds bounds, QuotaListener listener, SharedListener shared) {
    this.tree = tree;
    this.link = link;
    this.wall = wall;
    this.ticker = ticker;
    this.bounds = bounds;
    this.listener = listener;
    this.shared = shared;
    this.scripts = new QuotaScripts(node, bounds.life(), bounds.nodeLife(), bounds.deadline());
    this.generation = new Generation(scripts, memory);
    this.settlements = new SharedSettlements(scripts, generation, this::redis, bounds.waitingEnds(), listener, shared);
    this.alone = Optional.of(book());
    this.prober = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().name("sluice-quota").daemon(true).factory());
    this.firstProbe = prober.submit(this::probe);
    prober.scheduleWithFixedDelay(this::probe, bounds.probe().toNanos(), bounds.probe().toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Waits until Redis has answered for the first time, failed, or {@code most} is over; whether it answers. */
  public boolean awaitFirst(Duration most) {
    try {
      firstProbe.get(most.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      lose(e);
    }
    if (alone.isPresent()) {
      shared.lost("no answer at the start");
    }
    return alone.isEmpty();
  }

  private QuotaBook book() {
    return new QuotaBook(tree, () -> now(), ticker, bounds.life(), QuotaListener.NONE, memory.shares());
  }

  private Instant now() {
    return wall.instant().plus(serverAhead);
  }

  /** Whether Redis decides at the moment. */
  public boolean connected() {
    return alone.isEmpty();
  }

  /** The generation of Redis's data when it last was looked at; empty before. */
  String generation() {
    return generation.current();
  }

  @Override
  public boolean concerns(Entitlement entitlement) {
    QuotaTree now = tree;
    return !now.isEmpty() && now.concerns(QuotaClaim.subjects(entitlement));
  }

  @Override
  public void reload(QuotaTree next) {
    lock.lock();
    try {
      tree = next;
      memory.retain(next);
      alone.ifPresent(book -> book.reload(next));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void reserve(QuotaClaim claim, Consumer<QuotaOutcome> outcome) {
    List<Node> nodes = tree.applicable(claim.subjects());
    if (nodes.isEmpty()) {
      outcome.accept(new QuotaOutcome.Reserved(new OnceReservation(actual -> {})));
    } else {
      reserve(claim, nodes, outcome, CLOCK_RETRIES);
    }
  }

  private void reserve(QuotaClaim claim, List<Node> nodes, Consumer<QuotaOutcome> outcome, int retries) {
    Optional<QuotaBook> book = alone;
    if (book.isPresent()) {
      outcome.accept(alone(book.get(), claim, nodes));
      return;
    }
    List<SharedLine> lines = SharedLine.of(nodes, claim, now());
    String id = nextId();
    String in = generation.current();
    scripts
        .reserve(redis(), id, lines, claim.cost())
        .whenComplete(
            (reply, failure) -> {
              if (failure != null) {
                lose(failure);
                // The script may have run all the same.
                end(new SharedEnd(id, lines, QuotaCost.ZERO, QuotaCost.ZERO, in));
                outcome.accept(alone(alone.orElseGet(this::book), claim, nodes));
              } else if (reply.get(0).equals("clock") && retries > 0) {
                serverAhead = Duration.between(wall.instant(), Instant.ofEpochMilli((Long) reply.get(1)));
                reserve(claim, nodes, outcome, retries - 1);
              } else {
                outcome.accept(answer(new SharedEnd(id, lines, QuotaCost.ZERO, claim.cost(), in), reply));
              }
            });
  }

  private RedisAsyncCommands<String, String> redis() {
    return connection.orElseThrow(() -> new IllegalStateException("no connection (expected: one while Redis answers)")).async();
  }

  private String nextId() {
    return node + ":" + numbers.incrementAndGet();
  }

  private QuotaOutcome answer(SharedEnd cancel, List<Object> reply) {
    List<SharedLine> lines = cancel.lines();
    if (reply.get(0).equals("clock")) {
      return new QuotaOutcome.Failed("the clock of Redis runs away from this node's");
    }
    memory.nodes((Long) reply.get(2));
    boolean full = reply.get(0).equals("full");
    for (int i = 0; i < lines.size(); i++) {
      SharedLine line = lines.get(i);
      long used = (Long) reply.get(4 + 2 * i);
      memory.answered(line.quota(), line.span(), new LastShares.Seen(used, (Long) reply.get(5 + 2 * i)));
      if (!full) {
        listener.used(line.quota(), line.span(), used);
      }
    }
    if (full) {
      SharedLine line = lines.get(Math.toIntExact((Long) reply.get(3)) - 1);
      Duration left = QuotaWindow.left(line.span(), Instant.ofEpochMilli((Long) reply.get(1)));
      return new QuotaOutcome.Exhausted(line.quota(), line.span().end(), left);
    }
    return new QuotaOutcome.Reserved(new OnceReservation(actual -> end(cancel.with(actual))));
  }

  /** Reserves of this node's own share; Redis is told what was used in the end. */
  private QuotaOutcome alone(QuotaBook book, QuotaClaim claim, List<Node> nodes) {
    List<SharedLine> lines = SharedLine.of(nodes, claim, now());
    return switch (book.reserve(claim)) {
      case QuotaOutcome.Reserved reserved ->
          new QuotaOutcome.Reserved(
              new OnceReservation(
                  actual -> {
                    reserved.reservation().settle(actual);
                    if (!actual.equals(QuotaCost.ZERO)) {
                      end(new SharedEnd(nextId(), lines, actual, QuotaCost.ZERO, generation.current()));
                    }
                  }));
      case QuotaOutcome.Exhausted exhausted -> exhausted;
      case QuotaOutcome.Failed failed -> failed;
    };
  }

  private void end(SharedEnd end) {
    if (alone.isPresent()) {
      settlements.keep(end);
      return;
    }
    settlements
        .tell(end)
        .whenComplete(
            (reply, failure) -> {
              if (failure != null) {
                lose(failure);
                settlements.keep(end);
              }
            });
  }

  private void lose(Throwable failure) {
    boolean news = false;
    lock.lock();
    try {
      if (alone.isEmpty()) {
        alone = Optional.of(book());
        news = true;
      }
    } finally {
      lock.unlock();
    }
    if (news) {
      Throwable cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
      shared.lost(cause.getClass().getSimpleName() + ": " + cause.getMessage());
    }
  }

  /**
   * Runs {@code task} if no other node has come first with {@code key}, or if Redis cannot say; later, on another thread.
   *
   * @param until after which the key is forgotten
   */
  public void first(String key, Instant until, Runnable task) {
    if (alone.isPresent()) {
      task.run();
      return;
    }
    Duration life = QuotaWindow.left(new QuotaWindow.Span(now(), until), now()).plus(bounds.life());
    redis()
        .set(SharedLine.PREFIX + "a:" + key, "1", SetArgs.Builder.nx().px(life))
        .toCompletableFuture()
        .orTimeout(bounds.deadline().toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete(
            (set, failure) -> {
              if (failure != null || set != null) {
                task.run();
              }
            });
  }

  /** Whoever answers after an interruption may be another server, and is not asked before the next probe has looked at its data. */
  private StatefulRedisConnection<String, String> connected(StatefulRedisConnection<String, String> fresh) {
    fresh.addListener(
        new RedisConnectionStateListener() {
          @Override
          public void onRedisDisconnected(RedisChannelHandler<?, ?> interrupted) {
            lose(new RedisException("the connection was interrupted"));
          }
        });
    return fresh;
  }

  /** Looks for a Redis that was lost, and tells it what it missed. Confined to the prober. */
  private void probe() {
    try {
      if (alone.isPresent() && connection.isEmpty()) {
        connection = Optional.of(connected(link.connection().get()));
      }
      generation.check(redis());
      if (!settlements.flush(this::lose) || alone.isEmpty()) {
        return;
      }
      lock.lock();
      try {
        alone = Optional.empty();
      } finally {
        lock.unlock();
      }
      shared.recovered();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | ExecutionException e) {
      // Lost, or still lost; the next probe tries again.
      lose(e);
    }
  }

  /**
   * Tells Redis the settlements that wait, if it answers within {@link #LAST_WORDS}, and ends the probing and this node's connection. Reservations
   * that are open come back by their time to live.
   */
  @Override
  public void close() {
    if (!settlements.told()) {
      try {
        prober.submit(this::probe).get(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (ExecutionException | TimeoutException e) {
        lose(e);
      }
    }
    prober.shutdownNow();
    connection.ifPresent(StatefulRedisConnection::close);
  }
}
