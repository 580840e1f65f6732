// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.routing.Entitlement;
import dev.sluice.routing.KeyFingerprint;
import dev.sluice.routing.KeyStatus;
import dev.sluice.routing.Lookup;
import dev.sluice.routing.Terms;
import dev.sluice.routing.Traits;
import dev.sluice.routing.servers.Measured;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a process that has just started makes of a shared cache, and of a snapshot, from before: a key that the tables no longer have so is not
 * taken for what it was, and no key is lost to tables that do not answer.
 */
class StartTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Duration SLOW = Duration.ofMillis(200);
  private static final KeyFingerprint KEY = new KeyFingerprint(1, 2, 3, 4);

  @TempDir private Path folder;
  private final MemoryCache cache = new MemoryCache();
  private final CountDownLatch held = new CountDownLatch(1);
  private final MemoryTable table = new MemoryTable(List.of(row(KeyStatus.ACTIVE)));

  private static KeyRow row(KeyStatus status) {
    return new KeyRow(KEY, entitlement(status), status.ordinal());
  }

  private static Entitlement entitlement(KeyStatus status) {
    return new Entitlement("key", "team", Traits.NONE, Terms.NONE, Set.of(), Set.of(), Optional.empty(), status);
  }

  private KeyStores start() {
    var stores =
        new KeyStores(
            new LayeredKeys.Stores(cache, table),
            StoreTimes.DEFAULT,
            () -> {},
            new KeyUpkeep.SnapshotFile(folder.resolve("keys"), List.of(Installation.PEPPER)),
            new LayeredKeys.Time(System::nanoTime, InstantSource.system()),
            StoreListener.NONE);
    stores.start();
    return stores;
  }

  /** A process that leaves a snapshot, and the key in the cache. */
  private void before() {
    try (KeyStores stores = start()) {
      Installation.await(SOON, stores::indexInForce);
      assertThat(find(stores)).isEqualTo("ACTIVE");
      assertThat(cache.find(KEY)).isInstanceOf(LayerAnswer.Found.class);
    }
  }

  private static String find(KeyStores stores) {
    Lookup lookup = stores.find(KEY);
    return switch (lookup instanceof Lookup.Pending pending ? pending.answer().join() : lookup) {
      case Lookup.Hit hit -> hit.entitlement().status().name();
      case Lookup.KnownAbsent absent -> "UNKNOWN";
      default -> "UNAVAILABLE";
    };
  }

  @AfterEach
  void letGo() {
    held.countDown();
  }

  @Test
  void theTablesAreAskedBeforeACacheThatNobodyHasKeptTrue() {
    cache.remember(KEY, new LayerAnswer.Found(entitlement(KeyStatus.ACTIVE)));
    // As by a command, while no process was there to hear of it.
    table.write(row(KeyStatus.REVOKED), Duration.ofSeconds(2));
    table.holdReadings(held);
    try (KeyStores stores = start()) {
      assertThat(find(stores)).as("nothing has been read yet").isEqualTo("REVOKED");
      held.countDown();
      Installation.await(SOON, stores::indexInForce);
      assertThat(find(stores)).as("as if it had never been").isEqualTo("UNKNOWN");
    }
  }

  /** As where the first connection takes its time: the look-up's own patience would end with the snapshot. */
  @Test
  void aStartWaitsForTheReadingOfWhatChangedSinceTheSnapshot() {
    before();
    table.write(row(KeyStatus.REVOKED), Duration.ofSeconds(2));
    table.hold(held);
    long admitted = 0;
    try (KeyStores stores = start()) {
      long begun = System.nanoTime();
      Thread.ofVirtual()
          .start(
              () -> {
                Installation.await(SOON, () -> System.nanoTime() - begun > SLOW.toNanos());
                held.countDown();
              });
      stores.awaitFirst(SOON);
      for (int i = 0; i < 100; i++) {
        admitted += find(stores).equals("ACTIVE") ? 1 : 0;
      }
    }
    assertThat(Measured.exactly("start: revoked keys admitted by a process that has just started", admitted, 0, "StartTest").print().holds()).isTrue();
  }

  @Test
  void whatTheCacheHoldsFromBeforeTheSnapshotIsNotBelievedEither() {
    cache.remember(KEY, new LayerAnswer.Found(entitlement(KeyStatus.ACTIVE)));
    table.write(row(KeyStatus.SUSPENDED), Duration.ofMinutes(4));
    try (KeyStores stores = start()) {
      stores.awaitFirst(SOON);
      assertThat(stores.indexInForce()).as("the wait ends once there is something to go by").isTrue();
      assertThat(find(stores)).isEqualTo("SUSPENDED");
    }
  }

  @Test
  void aKeyThatOnlyTheCacheHasIsNotLostToTablesThatAreAway() {
    before();
    var fresh = new KeyFingerprint(5, 6, 7, 8);
    cache.remember(fresh, new LayerAnswer.Found(entitlement(KeyStatus.ACTIVE)));
    table.away(true);
    try (KeyStores stores = start()) {
      stores.awaitFirst(SOON);
      Lookup lookup = stores.find(fresh);
      assertThat(lookup instanceof Lookup.Pending pending ? pending.answer().join() : lookup).isInstanceOf(Lookup.Hit.class);
      cache.drop(KEY);
      assertThat(find(stores)).as("of the snapshot").isEqualTo("ACTIVE");
    }
  }

  @Test
  void anAbsenceThatNobodyHasKeptTrueRefusesNobody() {
    cache.remember(KEY, LayerAnswer.KNOWN_ABSENT);
    table.away(true);
    try (KeyStores stores = start()) {
      stores.awaitFirst(SOON);
      assertThat(find(stores)).isEqualTo("UNAVAILABLE");
      table.away(false);
      Installation.await(SOON, () -> find(stores).equals("ACTIVE"));
    }
  }

  /** More than are read one by one: none of what the cache holds is believed, and unknown keys are ruled out all the same. */
  @Test
  void manyChangesBeforeTheStartAreNoObstacle() {
    cache.remember(KEY, new LayerAnswer.Found(entitlement(KeyStatus.ACTIVE)));
    table.write(row(KeyStatus.SUSPENDED), Duration.ofMinutes(4));
    for (int i = 0; i < 3_000; i++) {
      table.write(new KeyRow(new KeyFingerprint(0, i, 0, i), entitlement(KeyStatus.ACTIVE), 1), Duration.ofMinutes(4));
    }
    try (KeyStores stores = start()) {
      stores.awaitFirst(SOON);
      assertThat(stores.indexInForce()).isTrue();
      assertThat(find(stores)).isEqualTo("SUSPENDED");
    }
  }
}
