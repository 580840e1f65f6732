// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import dev.sluice.routing.KeyFingerprint;
import dev.sluice.routing.KeyStatus;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where changes of keys are told. Thread-safe; never blocks.
 *
 * <p>Whoever has committed a change to the tables calls {@link #changed} or {@link #revoked}: this node forgets the key, the shared cache
 * drops it, and every node is told. What cannot be told now is told again until it is, from a list of at most {@value #MAX_UNTOLD}; beyond that
 * the tables' own record of changes, which every node reads, and at last the time that answers are kept bound the delay.
 *
 * <p>Of a changed key the shared cache is not believed until it has dropped what it held, which a cache that is away, or takes no writes,
 * does not: until then the key is looked up in the tables.
 */
public final class KeyChanges {
  private static final Logger log = LoggerFactory.getLogger(KeyChanges.class);
  private static final int MAX_UNTOLD = 10_000;
  private static final int LINES_PER_MINUTE = 2;
  private static final Duration REVALIDATION = Duration.ofSeconds(2);

  private final LayeredKeys keys;
  private final LayeredKeys.Stores stores;
  private final Executor walkers;
  private final Map<KeyFingerprint, Boolean> untold = new ConcurrentHashMap<>();
  private final LineBudget lines;
  private volatile boolean revokedSinceSnapshot;

  KeyChanges(LayeredKeys keys, LayeredKeys.Stores stores, Executor walkers) {
    this.keys = keys;
    this.stores = stores;
    this.walkers = walkers;
    this.lines = new LineBudget(LINES_PER_MINUTE, keys.nanos());
  }

  /** A key was made or changed, or its account was. */
  public void changed(KeyFingerprint key) {
    tell(key, false);
  }

  /** A key was revoked. */
  public void revoked(KeyFingerprint key) {
    tell(key, true);
  }

  private void tell(KeyFingerprint key, boolean revoked) {
    if (untold.size() < MAX_UNTOLD) {
      untold.merge(key, revoked, Boolean::logicalOr);
    } else if (lines.take(keys.nanos())) {
      log.warn("store=REDIS changes of keys wait to be told count={}; this one is left to the tables' record", untold.size());
    }
    withhold(key, revoked);
    walkers.execute(
        () -> {
          // Those who hear it look the key up at once.
          drop(key);
          flush();
          read(key);
        });
  }

  /** Another node told of a change. */
  public void heard(KeyFingerprint key, boolean revoked) {
    withhold(key, revoked);
    walkers.execute(
        () -> {
          drop(key);
          read(key);
        });
  }

  private void withhold(KeyFingerprint key, boolean revoked) {
    keys.doubtShared(key);
    keys.snapshot().withhold(key);
    forget(key, revoked);
    revokedSinceSnapshot |= revoked;
  }

  private void forget(KeyFingerprint key, boolean revoked) {
    if (revoked) {
      keys.forgetRevoked(key);
    } else {
      keys.forget(key);
    }
  }

  private boolean drop(KeyFingerprint key) {
    boolean dropped = stores.shared().drop(key);
    if (dropped) {
      keys.trustShared(key);
    }
    return dropped;
  }

  /** Learns what became of a key, for when the tables cannot be asked. */
  private void read(KeyFingerprint key) {
    if (stores.table().find(key) instanceof LayerAnswer.Found found) {
      keys.snapshot().put(key, found.entitlement());
    }
  }

  /** The tables' record has a row that this node had not seen; the shared cache drops it with the next {@link #flush}. */
  void found(KeyRow row) {
    KeyFingerprint key = row.fingerprint();
    boolean revoked = row.entitlement().status() == KeyStatus.REVOKED;
    revokedSinceSnapshot |= revoked && keys.snapshot().revoked(key).isEmpty();
    keys.snapshot().put(key, row.entitlement());
    keys.doubtShared(key);
    forget(key, revoked);
    log.debug("key changed fingerprint={}", key);
  }

  /** More changed than can be told one by one. */
  void foundTooMany() {
    keys.doubtShared();
    mayHaveMissed();
  }

  /** Changes may have been missed, as this node could not hear. */
  public void mayHaveMissed() {
    keys.revalidate(REVALIDATION);
  }

  /** Tells and drops what could not be before; blocks. */
  void flush() {
    tellUntold();
    dropDoubted();
  }

  private void tellUntold() {
    for (Map.Entry<KeyFingerprint, Boolean> change : Map.copyOf(untold).entrySet()) {
      if (!stores.shared().tell(change.getKey(), change.getValue())) {
        return;
      }
      untold.remove(change.getKey(), change.getValue());
    }
  }

  private void dropDoubted() {
    for (KeyFingerprint key : keys.doubted()) {
      if (!drop(key)) {
        return;
      }
    }
  }

  /** Whether a key was revoked since the last call: the snapshot on disk is then to be renewed soon. */
  boolean takeRevoked() {
    boolean revoked = revokedSinceSnapshot;
    revokedSinceSnapshot = false;
    return revoked;
  }
}
