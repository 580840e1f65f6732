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
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks keys up through the layers. Thread-safe; {@link #find} never blocks.
 *
 * <p>What memory or the index knows is answered at once. Everything else is one {@linkplain LayerWalk walk} for each key, on a thread of its own,
 * however many wait for it. A walk that a change overtook answers those who wait, but is not remembered.
 */
public final class LayeredKeys {
  private static final Logger log = LoggerFactory.getLogger(LayeredKeys.class);
  private static final Lookup TOO_MANY = new Lookup.Busy("too many keys are looked up at once");

  /** Keys that are looked up at once; each costs a parked thread, about 2 KiB. */
  private static final int MAX_WALKS = 20_000;

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

  private final boolean withShared;
  private final Executor walkers;
  private final Ticker ticker;
  private final StoreListener listener;
  private final KeyMemory memory;
  private final IndexInForce index;
  private final SnapshotLayer snapshot;
  private final Doubts doubts;
  private final LayerWalk layers;
  private final ConcurrentHashMap<KeyFingerprint, CompletableFuture<Lookup>> walks = new ConcurrentHashMap<>();

  /** What a node's layers are. Immutable. */
  public record Stores(SharedKeys shared, KeyTable table) {}

  /** How time passes. Immutable. */
  public record Time(Ticker ticker, InstantSource wall) {}

  /**
   * Layers that remember nothing yet.
   *
   * @param walkers runs each task on a thread that may block, such as a virtual one
   */
  LayeredKeys(Stores stores, StoreTimes times, Time time, Executor walkers, StoreListener listener) {
    this.withShared = stores.shared().present();
    this.walkers = walkers;
    this.ticker = time.ticker();
    this.listener = listener;
    this.memory = new KeyMemory(times.maxKeys(), ticker, () -> ThreadLocalRandom.current().nextDouble());
    this.index = new IndexInForce(ticker);
    this.snapshot = new SnapshotLayer(times.snapshotMaxAge(), ticker, time.wall());
    this.doubts = new Doubts(ticker);
    this.layers = new LayerWalk(stores, snapshot, doubts, times, walkers, listener);
  }

  /** What is known of a key: at once, or {@link Lookup.Pending}. */
  Lookup find(KeyFingerprint key) {
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
    if (index.rulesOut(key)) {
      listener.answered(Layer.INDEX, LayerAnswer.KNOWN_ABSENT);
      return LayerWalk.ABSENT;
    }
    return null;
  }

  @SuppressWarnings("ReferenceEquality") // a walk is the object itself
  private void run(KeyFingerprint key, CompletableFuture<Lookup> walk) {
    LayerWalk.End end;
    try {
      end = layers.walk(key);
    } catch (RuntimeException e) {
      log.error("a key's look-up failed: {}", e.toString());
      end = new LayerWalk.End(new Lookup.Failed("internal error"), Duration.ZERO);
    }
    LayerWalk.End done = end;
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

  private void keep(KeyFingerprint key, LayerWalk.End end) {
    if (end.lookup() instanceof Lookup.Hit hit) {
      memory.hold(key, hit, end.time());
    } else if (end.lookup() instanceof Lookup.KnownAbsent) {
      memory.holdAbsence(key, end.time());
    }
  }

  /** A key is no longer what it was, and may have been made just now: nothing that was read before now is remembered. */
  void forget(KeyFingerprint key) {
    index.add(key);
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
    if (withShared) {
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
    index.use(next);
  }

  /** Every change before {@code nanos} has been told: the index lacked no key then, and whatever the shared cache held wrongly is doubted. */
  void caughtUp(long nanos) {
    index.confirm(nanos);
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
  boolean indexInForce() {
    return index.fresh();
  }
}
