// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import dev.sluice.routing.Entitlement;
import dev.sluice.routing.KeyFingerprint;
import dev.sluice.routing.Lookup;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * In which order the layers behind memory are asked for a key, and which of them is believed. What is known to be revoked is refused; else the
 * shared cache is asked; if that misses, or {@linkplain Doubts may hold what a key no longer is}, the tables; if it fails, the snapshot and then the
 * tables; if the tables fail, the cache that was passed over, and then the snapshot. Thread-safe; blocks on the stores.
 */
final class LayerWalk {
  static final Lookup ABSENT = new Lookup.KnownAbsent();
  private static final Lookup CHANGING = new Lookup.Busy("the key was changed and can't be read yet");
  private static final Lookup LINE_TOO_LONG = new Lookup.Busy("too many keys are read from PostgreSQL at once");

  /** An answer of the snapshot, or of a cache in doubt, is not kept for long, so that the stores' return is noticed. */
  private static final Duration SNAPSHOT_TIME = Duration.ofSeconds(5);

  /** How long the tables are waited for where the snapshot has the key: as long as for the shared cache, rather than until they count as failed. */
  private static final Duration TABLES_TIME = Duration.ofMillis(40);

  private final SharedKeys shared;
  private final KeyTable table;
  private final SnapshotLayer snapshot;
  private final Doubts doubts;
  private final Executor walkers;
  private final StoreListener listener;
  private final Duration hitTime;
  private final Duration absenceTime;
  private final Duration snapshotTime;

  /** Where a walk ended: an answer, and how long it may be remembered. Immutable. */
  record End(Lookup lookup, Duration time) {}

  /** @param walkers runs each task on a thread that may block */
  LayerWalk(LayeredKeys.Stores stores, SnapshotLayer snapshot, Doubts doubts, StoreTimes times, Executor walkers, StoreListener listener) {
    this.shared = stores.shared();
    this.table = stores.table();
    this.snapshot = snapshot;
    this.doubts = doubts;
    this.walkers = walkers;
    this.listener = listener;
    this.hitTime = times.hit();
    this.absenceTime = times.absence();
    this.snapshotTime = hitTime.compareTo(SNAPSHOT_TIME) < 0 ? hitTime : SNAPSHOT_TIME;
  }

  /** Walks for one key. */
  End walk(KeyFingerprint key) {
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
          fromSnapshot(key) instanceof SnapshotLayer.Answer.Found found ? makeshift(found.entitlement()) : fromTables(key, false);
    };
  }

  private End fromTables(KeyFingerprint key, boolean share) {
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
          share && fromDoubtedCache(key) instanceof LayerAnswer.Found found ? makeshift(found.entitlement()) : lastResort(key, failed.cause(), share);
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
  private End lastResort(KeyFingerprint key, FailureCause cause, boolean askSnapshot) {
    SnapshotLayer.Answer answer = askSnapshot ? fromSnapshot(key) : snapshot.find(key);
    return switch (answer) {
      case SnapshotLayer.Answer.Found found -> makeshift(found.entitlement());
      case SnapshotLayer.Answer.Withheld withheld -> new End(CHANGING, Duration.ZERO);
      case SnapshotLayer.Answer.Lacking lacking ->
          new End(cause == FailureCause.BUSY ? LINE_TOO_LONG : new Lookup.Failed("PostgreSQL: " + cause), Duration.ZERO);
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

  private End hit(Entitlement entitlement) {
    return new End(new Lookup.Hit(entitlement), hitTime);
  }

  /** A hit of a layer that is asked because a better one does not answer. */
  private End makeshift(Entitlement entitlement) {
    return new End(new Lookup.Hit(entitlement), snapshotTime);
  }

  private End absent() {
    return new End(ABSENT, absenceTime);
  }
}
