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
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The clock on the wall is set while keys are in use, with tables and without. */
class KeysOverClockJumpsTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final int KEYS = 500;

  @TempDir private Path folder;
  private final AtomicReference<Instant> wall = new AtomicReference<>(Instant.parse("2026-11-28T12:00:00Z"));
  private final Installation.Hasty steady = new Installation.Hasty();
  private final List<KeyRow> rows = new ArrayList<>();
  private long failed;
  private long asked;

  private void askForAll(KeyStores stores) {
    for (KeyRow row : rows) {
      Lookup lookup = stores.find(row.fingerprint());
      Lookup answer = lookup instanceof Lookup.Pending pending ? pending.answer().join() : lookup;
      failed += answer instanceof Lookup.Hit ? 0 : 1;
      asked++;
    }
  }

  @Test
  void noKeyIsLostToAClockThatIsSet() {
    for (int i = 0; i < KEYS; i++) {
      rows.add(
          new KeyRow(
              new KeyFingerprint(i, 2, 3, 4),
              new Entitlement("key-" + i, "team", Traits.NONE, Terms.NONE, Set.of(), Set.of(), Optional.empty(), KeyStatus.ACTIVE),
              1));
    }
    var table = new MemoryTable(rows);
    try (var stores =
        new KeyStores(
            new LayeredKeys.Stores(SharedKeys.NONE, table),
            StoreTimes.DEFAULT,
            () -> {},
            new KeyUpkeep.SnapshotFile(folder.resolve("keys"), List.of(Installation.PEPPER)),
            new LayeredKeys.Time(steady, wall::get),
            StoreListener.NONE)) {
      stores.start();
      Installation.await(SOON, stores::indexInForce);
      for (Duration step : List.of(Duration.ofHours(1), Duration.ofHours(-2), Duration.ofHours(1), Duration.ofSeconds(-1), Duration.ofSeconds(1))) {
        wall.updateAndGet(now -> now.plus(step));
        assertThat(stores.indexInForce()).as("what was read stays read").isTrue();
        askForAll(stores);
        // Without tables and with nothing in memory: the snapshot, written before this hour or after it, still counts.
        table.away(true);
        steady.skip(Duration.ofMinutes(5));
        askForAll(stores);
        assertThat(stores.standing().snapshotAge()).hasValueSatisfying(age -> assertThat(age).isBetween(Duration.ZERO, Duration.ofHours(2)));
        table.away(false);
        Installation.await(SOON, stores::indexInForce);
      }
    }
    assertThat(asked).isEqualTo(10L * KEYS);
    assertThat(Measured.exactly("clock jumps: look-ups of known keys failed", failed, 0, "KeysOverClockJumpsTest").print().holds()).isTrue();
  }
}
