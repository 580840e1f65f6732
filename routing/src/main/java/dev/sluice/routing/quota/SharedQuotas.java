// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.quota;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.sluice.routing.Entitlement;
import dev.sluice.routing.quota.QuotaTree.Node;
import dev.sluice.routing.redis.RedisLink;
import io.lettuce.core.SetArgs;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * The quotas of many nodes on one Redis: one script checks and reserves in all scopes of a request at once, by the server's clock. Thread-safe.
 *
 * <p>When Redis fails once, the node counts alone, on {@link Standby}, until a probe has found Redis again. Settlements meanwhile wait in a
 * bounded queue and are told to Redis before it decides anew. A settlement names its reservation, so that telling it twice does no harm.
 *
 * <p>A key in Redis names the generation of its data. A node that finds another {@link Generation} than before, or fewer of its own signs of life,
 * puts back what it last heard was used. What nobody heard of is lost; so is, where the connection stands while the data are exchanged behind
 * it, what is used until the next probe.
 */
public final class SharedQuotas implements QuotaDesk, AutoCloseable {
  /** How long a call may take where nothing else is configured. */
  public static final Duration USUAL_DEADLINE = Duration.ofMillis(50);

  private static final int CLOCK_RETRIES = 2;

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

  private final QuotaListener listener;
  private final SharedListener shared;
  private final Bounds bounds;
  private final ServerClock clock;
  private final QuotaScripts scripts;
  private final LastShares.Memory memory = new LastShares.Memory();
  private final Generation generation;
  private final SharedSettlements settlements;
  private final Standby standby;
  private final QuotaConnection connection;
  private final String node = UUID.randomUUID().toString();
  private final AtomicLong numbers = new AtomicLong();

  /** Quotas in the Redis of {@code link}, which stays the caller's; until it has answered for the first time, this node counts alone. */
  public SharedQuotas(
      QuotaTree tree, RedisLink link, InstantSource wall, Ticker ticker, Bounds bounds, QuotaListener listener, SharedListener shared) {
    this.bounds = bounds;
    this.listener = listener;
    this.shared = shared;
    this.clock = new ServerClock(wall);
    this.scripts = new QuotaScripts(node, bounds.life(), bounds.nodeLife(), bounds.deadline());
    this.generation = new Generation(scripts, memory);
    this.settlements = new SharedSettlements(scripts, generation, bounds.waitingEnds(), listener, shared);
    this.standby = new Standby(tree, memory, clock, ticker, bounds.life(), shared);
    this.connection = new QuotaConnection(link, generation, settlements, standby, bounds.probe());
  }

  /** Waits until Redis has answered for the first time, failed, or {@code most} is over; whether it answers. */
  public boolean awaitFirst(Duration most) {
    connection.awaitFirst(most);
    boolean answers = connected();
    if (!answers) {
      shared.lost("no answer at the start");
    }
    return answers;
  }

  /** Whether Redis decides at the moment. */
  public boolean connected() {
    return standby.book().isEmpty();
  }

  /** The generation of Redis's data when it last was looked at; empty before. */
  String generation() {
    return generation.current();
  }

  @Override
  public boolean concerns(Entitlement entitlement) {
    QuotaTree now = standby.tree();
    return !now.isEmpty() && now.concerns(QuotaClaim.subjects(entitlement));
  }

  @Override
  public void reload(QuotaTree next) {
    standby.reload(next);
  }

  @Override
  public void reserve(QuotaClaim claim, Consumer<QuotaOutcome> outcome) {
    List<Node> nodes = standby.tree().applicable(claim.subjects());
    if (nodes.isEmpty()) {
      outcome.accept(new QuotaOutcome.Reserved(new OnceReservation(actual -> {})));
    } else {
      reserve(claim, nodes, outcome, CLOCK_RETRIES);
    }
  }

  private void reserve(QuotaClaim claim, List<Node> nodes, Consumer<QuotaOutcome> outcome, int retries) {
    Optional<QuotaBook> book = standby.book();
    if (book.isPresent()) {
      outcome.accept(alone(book.get(), claim, nodes));
      return;
    }
    List<SharedLine> lines = SharedLine.of(nodes, claim, clock.instant());
    String id = nextId();
    String in = generation.current();
    scripts
        .reserve(connection.redis(), id, lines, claim.cost())
        .whenComplete(
            (reply, failure) -> {
              if (failure != null) {
                standby.lost(failure);
                // The script may have run all the same.
                end(new SharedEnd(id, lines, QuotaCost.ZERO, QuotaCost.ZERO, in));
                outcome.accept(alone(standby.bookOrFresh(), claim, nodes));
              } else if (reply instanceof ReserveReply.OtherWindow other && retries > 0) {
                clock.shows(other.now());
                reserve(claim, nodes, outcome, retries - 1);
              } else {
                outcome.accept(answer(new SharedEnd(id, lines, QuotaCost.ZERO, claim.cost(), in), reply));
              }
            });
  }

  private String nextId() {
    return node + ":" + numbers.incrementAndGet();
  }

  private QuotaOutcome answer(SharedEnd cancel, ReserveReply reply) {
    return switch (reply) {
      case ReserveReply.OtherWindow other -> new QuotaOutcome.Failed("the clock of Redis runs away from this node's");
      case ReserveReply.Counted counted -> {
        remember(cancel.lines(), counted);
        if (counted.full().isPresent()) {
          SharedLine line = cancel.lines().get(counted.full().getAsInt());
          yield new QuotaOutcome.Exhausted(line.quota(), line.span().end(), QuotaWindow.left(line.span(), counted.now()));
        }
        yield new QuotaOutcome.Reserved(new OnceReservation(actual -> end(cancel.with(actual))));
      }
    };
  }

  private void remember(List<SharedLine> lines, ReserveReply.Counted counted) {
    memory.nodes(counted.nodes());
    for (int i = 0; i < lines.size(); i++) {
      SharedLine line = lines.get(i);
      LastShares.Seen seen = counted.seen().get(i);
      memory.answered(line.quota(), line.span(), seen);
      if (counted.full().isEmpty()) {
        listener.used(line.quota(), line.span(), seen.used());
      }
    }
  }

  /** Reserves of this node's own share; Redis is told what was used in the end. */
  private QuotaOutcome alone(QuotaBook book, QuotaClaim claim, List<Node> nodes) {
    List<SharedLine> lines = SharedLine.of(nodes, claim, clock.instant());
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
    if (!connected()) {
      settlements.keep(end);
      return;
    }
    settlements
        .tell(connection.redis(), end)
        .whenComplete(
            (reply, failure) -> {
              if (failure != null) {
                standby.lost(failure);
                settlements.keep(end);
              }
            });
  }

  /**
   * Runs {@code task} if no other node has come first with {@code key}, or if Redis cannot say; later, on another thread.
   *
   * @param until after which the key is forgotten
   */
  public void first(String key, Instant until, Runnable task) {
    if (!connected()) {
      task.run();
      return;
    }
    Instant now = clock.instant();
    Duration life = QuotaWindow.left(new QuotaWindow.Span(now, until), now).plus(bounds.life());
    connection
        .redis()
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

  /**
   * Tells Redis the settlements that wait, if it answers soon, and ends this node's connection. Reservations that are open come back by their time to
   * live.
   */
  @Override
  public void close() {
    connection.close();
  }
}
