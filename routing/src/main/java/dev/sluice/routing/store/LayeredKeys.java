// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.sluice.routing.Entitlement;
import dev.sluice.routing.KeyFingerprint;
import dev.sluice.routing.KeyStatus;
import dev.sluice.routing.Lookup;
import dev.sluice.routing.Terms;
import dev.sluice.routing.Traits;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks keys up through the layers. Thread-safe; {@link #find} never blocks.
 *
 * <p>What memory or the index knows is answered at once. Everything else is one walk for each key, on a thread of its own, however many wait
 * for it: what is known to be revoked is refused; else the shared cache; if that misses, or {@linkplain Doubts may hold what a key no longer is},
 * the tables; if it fails, the snapshot and then the tables; if the tables fail, the cache that was passed over, and then the snapshot. A walk that
 * a change overtook answers those who wait, but is not remembered.
 */
public final class LayeredKeys {
  private static final Logger log = LoggerFactory.getLogger(LayeredKeys.class);
  private static final Lookup ABSENT = new Lookup.KnownAbsent();
  private static final Lookup TOO_MANY = new Lookup.Busy("too many keys are looked up at once");
  private static final Lookup CHANGING = new Lookup.Busy("the key was changed and can't be read yet");
  private static final Lookup LINE_TOO_LONG = new Lookup.Busy("too many keys are read from PostgreSQL at once");

  /** Keys that are looked up at once; each costs a parked thread, about 2 KiB. */
  private static final int MAX_WALKS = 20_000;

  /** An answer of the snapshot, or of a cache in doubt, is not kept for long, so that the stores' return is noticed. */
  private static final Duration SNAPSHOT_TIME = Duration.ofSeconds(5);

  /** How long the tables are waited for where the snapshot has the key: as long as for the shared cache, rather than until they count as failed. */
  private static final Duration TABLES_TIME = Duration.ofMillis(40);

  /** Beyond which the index may lack a key that exists. */
  private static final long INDEX_FRESH_NANOS = Duration.ofSeconds(2).toNanos();

  private final SharedKeys shared;
  private final KeyTable table;
  private final Executor walkers;
  private final StoreTimes times;
  private final Duration snapshotTime;
  private final Ticker ticker;
  private final StoreListener listener;
  private final KeyMemory memory;
  private final SnapshotLayer snapshot;
  private final ConcurrentHashMap<KeyFingerprint, CompletableFuture<Lookup>> walks = new ConcurrentHashMap<>();
  private final Doubts doubts;
  private volatile IndexInForce index;

  /** An index and until when it is known to lack no key; none is confirmed at first. */
  private record IndexInForce(KeyIndex keys, long confirmedNanos, boolean confirmed) {}

  /** What a node's layers are. Immutable. */
  public record Stores(SharedKeys shared, KeyTable table) {}

  /** How time passes. Immutable. */
  public record Time(Ticker ticker, InstantSource wall) {}

  /**
   * Layers that remember nothing yet.
   *
   * @param walkers runs each task on a thread that may block, such as a virtual one
   */
  public LayeredKeys(Stores stores, StoreTimes times, Time time, Executor walkers, StoreListener listener) {
    this.shared = stores.shared();
    this.table = stores.table();
    this.walkers = walkers;
    this.times = times;
    this.snapshotTime = times.hit().compareTo(SNAPSHOT_TIME) < 0 ? times.hit() : SNAPSHOT_TIME;
    this.ticker = time.ticker();
    this.listener = listener;
    this.memory = new KeyMemory(times.maxKeys(), ticker, () -> ThreadLocalRandom.current().nextDouble());
    this.snapshot = new SnapshotLayer(times.snapshotMaxAge(), ticker, time.wall());
    this.doubts = new Doubts(ticker);
    this.index = new IndexInForce(new KeyIndex(0), 0, false);
  }

  /** What is known of a key: at once, or {@link Lookup.Pending}. */
  public Lookup find(KeyFingerprint key) {
    Lookup known = remembered(key);
    if (known != null) {
      return known;
    }
    var fresh = new CompletableFuture<Lookup>();
    CompletableFuture<Lookup> present = walks.putIfAbsent(key, fresh);
    if (present != null) {
      return new Lookup.Pending(present);
    }
    // A walk may have ended between the look into memory and now.
    known = memory.find(key);
    if (known != null || walks.size() > MAX_WALKS) {
      Lookup answer = known != null ? known : TOO_MANY;
      walks.remove(key, fresh);
      fresh.complete(answer);
      return answer;
    }
    try {
      walkers.execute(() -> run(key, fresh));
    } catch (RejectedExecutionException e) {
      walks.remove(key, fresh);
      fresh.complete(TOO_MANY);
    }
    return new Lookup.Pending(fresh);
  }

  private @Nullable Lookup remembered(KeyFingerprint key) {
    Lookup known = memory.find(key);
    if (known != null) {
      listener.answered(Layer.MEMORY, known instanceof Lookup.KnownAbsent ? LayerAnswer.KNOWN_ABSENT : REMEMBERED);
      return known;
    }
    IndexInForce now = index;
    if (now.confirmed() && ticker.read() - now.confirmedNanos() < INDEX_FRESH_NANOS && !now.keys().mayContain(key)) {
      listener.answered(Layer.INDEX, LayerAnswer.KNOWN_ABSENT);
      return ABSENT;
    }
    return null;
  }

  /** Stands for any hit where only the kind of an answer counts, so that a hit in memory allocates nothing. */
  private static final LayerAnswer REMEMBERED =
      new LayerAnswer.Found(
          new Entitlement(
              "-",
              "-",
              Traits.NONE,
              Terms.NONE,
              Set.of(),
              Set.of(),
              Optional.empty(),
              KeyStatus.ACTIVE));

  @SuppressWarnings("ReferenceEquality") // a walk is the object itself
  private void run(KeyFingerprint key, CompletableFuture<Lookup> walk) {
    Result result;
    try {
      result = walk(key);
    } catch (RuntimeException e) {
      log.error("a key's look-up failed: {}", e.toString());
      result = new Result(new Lookup.Failed("internal error"), Duration.ZERO);
    }
    Result done = result;
    walks.computeIfPresent(
        key,
        (k, current) -> {
          if (current != walk) {
            return current;
          }
          keep(key, done);
          return null;
        });
    walk.complete(done.lookup());
  }

  private void keep(KeyFingerprint key, Result result) {
    if (result.lookup() instanceof Lookup.Hit hit) {
      memory.hold(key, hit, result.time());
    } else if (result.lookup() instanceof Lookup.KnownAbsent) {
      memory.holdAbsence(key, result.time());
    }
  }

  /** An answer and how long it may be remembered. */
  private record Result(Lookup lookup, Duration time) {}

  private Result walk(KeyFingerprint key) {
    Optional<Entitlement> revoked = snapshot.revoked(key);
    if (revoked.isPresent()) {
      ask(Layer.SNAPSHOT, new LayerAnswer.Found(revoked.get()));
      return hit(revoked.get());
    }
    boolean believed = shared.present() && doubts.of(key) == Doubts.Belief.BELIEVED;
    return switch (believed ? ask(Layer.REDIS, shared.find(key)) : LayerAnswer.MISS) {
      case LayerAnswer.Found found -> hit(found.entitlement());
      case LayerAnswer.KnownAbsent absent -> absent();
      case LayerAnswer.Miss miss -> fromTables(key, true);
      case LayerAnswer.Failed failed ->
          fromSnapshot(key) instanceof SnapshotLayer.Answer.Found found
              ? new Result(new Lookup.Hit(found.entitlement()), snapshotTime)
              : fromTables(key, false);
    };
  }

  private Result fromTables(KeyFingerprint key, boolean share) {
    LayerAnswer answer = ask(Layer.POSTGRESQL, snapshot.find(key) instanceof SnapshotLayer.Answer.Found ? inShortTime(key) : table.find(key));
    return switch (answer) {
      case LayerAnswer.Found found -> {
        share(key, answer, share);
        yield hit(found.entitlement());
      }
      case LayerAnswer.KnownAbsent absent -> {
        share(key, answer, share);
        yield absent();
      }
      case LayerAnswer.Miss miss -> throw new IllegalStateException("tables miss nothing");
      case LayerAnswer.Failed failed ->
          share && fromDoubtedCache(key) instanceof LayerAnswer.Found found
              ? new Result(new Lookup.Hit(found.entitlement()), snapshotTime)
              : lastResort(key, failed.cause(), share);
    };
  }

  /** What the tables say if they do so soon; whether they fail is judged by their own deadline. */
  private LayerAnswer inShortTime(KeyFingerprint key) {
    try {
      return CompletableFuture.supplyAsync(() -> table.find(key), walkers).get(TABLES_TIME.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return new LayerAnswer.Failed(FailureCause.TIMEOUT);
    } catch (RejectedExecutionException e) {
      return new LayerAnswer.Failed(FailureCause.BUSY);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new LayerAnswer.Failed(FailureCause.BUSY);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  private void share(KeyFingerprint key, LayerAnswer answer, boolean share) {
    if (share) {
      shared.remember(key, answer);
    }
  }

  /** What the cache holds of a key for which it was passed over: better than nothing. Not whether somebody has the key, which may be since. */
  private LayerAnswer fromDoubtedCache(KeyFingerprint key) {
    return shared.present() && doubts.of(key) == Doubts.Belief.OPEN ? ask(Layer.REDIS, shared.find(key)) : LayerAnswer.MISS;
  }

  /** The tables failed; the snapshot was asked before where the shared cache did too. */
  private Result lastResort(KeyFingerprint key, FailureCause cause, boolean askSnapshot) {
    SnapshotLayer.Answer answer = askSnapshot ? fromSnapshot(key) : snapshot.find(key);
    return switch (answer) {
      case SnapshotLayer.Answer.Found found -> new Result(new Lookup.Hit(found.entitlement()), snapshotTime);
      case SnapshotLayer.Answer.Withheld withheld -> new Result(CHANGING, Duration.ZERO);
      case SnapshotLayer.Answer.Lacking lacking ->
          new Result(cause == FailureCause.BUSY ? LINE_TOO_LONG : new Lookup.Failed("PostgreSQL: " + cause), Duration.ZERO);
    };
  }

  private SnapshotLayer.Answer fromSnapshot(KeyFingerprint key) {
    SnapshotLayer.Answer answer = snapshot.find(key);
    ask(Layer.SNAPSHOT, answer instanceof SnapshotLayer.Answer.Found found ? new LayerAnswer.Found(found.entitlement()) : LayerAnswer.MISS);
    return answer;
  }

  private LayerAnswer ask(Layer layer, LayerAnswer answer) {
    listener.answered(layer, answer);
    return answer;
  }

  private Result hit(Entitlement entitlement) {
    return new Result(new Lookup.Hit(entitlement), times.hit());
  }

  private Result absent() {
    return new Result(ABSENT, times.absence());
  }

  /** A key is no longer what it was, and may have been made just now: nothing that was read before now is remembered. */
  void forget(KeyFingerprint key) {
    index.keys().add(key);
    forgetRevoked(key);
  }

  /** The same of a key that is revoked, which the index need not have. */
  void forgetRevoked(KeyFingerprint key) {
    walks.compute(
        key,
        (k, walk) -> {
          memory.drop(key);
          return null;
        });
  }

  /** The shared cache may hold what a key no longer is, and is not asked for it. */
  void doubtShared(KeyFingerprint key) {
    if (shared.present()) {
      doubts.add(key);
    }
  }

  /** The shared cache may hold what any key no longer is, and is asked only if the tables fail. */
  void doubtShared() {
    doubts.addAll();
  }

  /** The shared cache has dropped what it held of a key. */
  void trustShared(KeyFingerprint key) {
    doubts.remove(key);
  }

  /** Some of the keys of which the shared cache is doubted. */
  List<KeyFingerprint> doubted() {
    return doubts.some();
  }

  /** Everything is asked anew within {@code time}, as changes may have been missed. */
  void revalidate(Duration time) {
    memory.endWithin(time);
  }

  /** Puts a set of all keys in force; it rules nothing out before it has {@linkplain #caughtUp caught up}. */
  void useIndex(KeyIndex next) {
    index = new IndexInForce(next, 0, false);
  }

  KeyIndex index() {
    return index.keys();
  }

  /** Every change before {@code nanos} has been told: the index lacked no key then, and whatever the shared cache held wrongly is doubted. */
  void caughtUp(long nanos) {
    index = new IndexInForce(index.keys(), nanos, true);
    doubts.caughtUp();
  }

  SnapshotLayer snapshot() {
    return snapshot;
  }

  /** The steady clock's time. */
  long nanos() {
    return ticker.read();
  }

  /** Whether the set of keys is fresh enough to rule keys out. */
  public boolean indexInForce() {
    IndexInForce now = index;
    return now.confirmed() && ticker.read() - now.confirmedNanos() < INDEX_FRESH_NANOS;
  }
}
