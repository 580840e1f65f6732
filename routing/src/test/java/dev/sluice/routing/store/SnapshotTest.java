// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.routing.Entitlement;
import dev.sluice.routing.KeyFingerprint;
import dev.sluice.routing.KeyStatus;
import dev.sluice.routing.Terms;
import dev.sluice.routing.Traits;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotTest {
  private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

  @TempDir private Path folder;

  @Test
  void itHoldsEveryKeyAsItWasAndNoOther() throws Exception {
    List<KeyRow> rows = rows(1_000);
    Snapshot snapshot = write(rows, 7);

    assertThat(snapshot.size()).isEqualTo(1_000);
    assertThat(snapshot.version()).isEqualTo(7);
    assertThat(snapshot.takenAt()).isEqualTo(NOW);
    for (KeyRow row : rows) {
      assertThat(snapshot.find(row.fingerprint())).contains(row.entitlement());
      KeyFingerprint key = row.fingerprint();
      assertThat(snapshot.find(new KeyFingerprint(key.first(), key.second(), key.third(), key.fourth() + 1))).isEmpty();
    }
  }

  @Test
  void noneOfTenThousandMutationsIsAccepted() throws Exception {
    assertThat(write(rows(200), 1).size()).isEqualTo(200);
    byte[] good = Files.readAllBytes(folder.resolve("keys"));
    long seed = 20_261_124L;
    System.out.println("seed " + seed);
    var random = new SplittableRandom(seed);
    int accepted = 0;
    for (int i = 0; i < 10_000; i++) {
      byte[] bad = mutate(good, random);
      try {
        accepted += Snapshot.of(ByteBuffer.wrap(bad), List.of(Installation.PEPPER, Installation.OTHER_PEPPER)).size() >= 0 ? 1 : 0;
      } catch (StoreException e) {
        assertThat(e.failure()).isEqualTo(FailureCause.MALFORMED);
      }
    }
    System.out.println("figure: snapshot mutations accepted | " + accepted + " | = 0 | " + (accepted == 0 ? "pass" : "short") + " | SnapshotTest");
    assertThat(accepted).isZero();
  }

  private static byte[] mutate(byte[] good, SplittableRandom random) {
    byte[] bad = good.clone();
    switch (random.nextInt(4)) {
      case 0 -> bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
      case 1 -> bad = Arrays.copyOf(good, random.nextInt(good.length));
      case 2 -> bad = Arrays.copyOf(good, good.length + 1 + random.nextInt(64));
      default -> {
        int at = random.nextInt(bad.length - 8);
        ByteBuffer.wrap(bad).putLong(at, ByteBuffer.wrap(bad).getLong(at) + 1 + random.nextInt(1_000));
      }
    }
    return bad;
  }

  @Test
  void anotherPepperDoesNotOpenItAndThePreviousOneDoes() throws Exception {
    assertThat(write(rows(3), 1).size()).isEqualTo(3);
    Path file = folder.resolve("keys");

    assertThat(Snapshot.open(file, List.of(Installation.OTHER_PEPPER, Installation.PEPPER))).isPresent();
    assertThatThrownBy(() -> Snapshot.open(file, List.of(Installation.OTHER_PEPPER))).isInstanceOf(StoreException.class);
    assertThat(Snapshot.open(folder.resolve("none"), List.of(Installation.PEPPER))).isEmpty();
  }

  @Test
  void anOlderSnapshotIsNotPutInForceAndOneTooOldAnswersNothing() throws Exception {
    KeyRow row = rows(1).getFirst();
    Snapshot newer = write(List.of(row), 2);
    Snapshot older = write(List.of(row), 1);
    Instant[] now = {NOW};
    var layer = new SnapshotLayer(Duration.ofHours(1), () -> 0, () -> now[0]);

    assertThat(layer.replace(newer, 0)).isTrue();
    assertThat(layer.replace(older, 0)).isFalse();
    assertThat(layer.find(row.fingerprint())).isInstanceOf(SnapshotLayer.Answer.Found.class);
    now[0] = NOW.plusSeconds(3_601);
    assertThat(layer.find(row.fingerprint())).isInstanceOf(SnapshotLayer.Answer.Lacking.class);
  }

  @Test
  void aRevocationStandsAgainstTheSnapshotAndAnUnreadChangeWithholdsTheKey() throws Exception {
    List<KeyRow> rows = rows(2);
    var layer = new SnapshotLayer(Duration.ofHours(1), () -> 5, () -> NOW);
    assertThat(layer.replace(write(rows, 1), 0)).isTrue();

    layer.withhold(rows.get(0).fingerprint());
    layer.put(rows.get(1).fingerprint(), entitlement("k", KeyStatus.REVOKED));
    layer.withhold(rows.get(1).fingerprint());

    assertThat(layer.find(rows.get(0).fingerprint())).isInstanceOf(SnapshotLayer.Answer.Withheld.class);
    assertThat(layer.find(rows.get(1).fingerprint())).isEqualTo(new SnapshotLayer.Answer.Found(entitlement("k", KeyStatus.REVOKED)));
  }

  private Snapshot write(List<KeyRow> rows, long version) throws Exception {
    try (var writer = new SnapshotWriter(folder.resolve("keys"))) {
      for (KeyRow row : rows) {
        writer.add(row);
      }
      return writer.finish(version, NOW, 99, Installation.PEPPER);
    }
  }

  private static List<KeyRow> rows(int count) {
    var random = new SplittableRandom(5);
    var rows = new ArrayList<KeyRow>();
    for (int i = 0; i < count; i++) {
      var key = new KeyFingerprint(random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong());
      rows.add(new KeyRow(key, entitlement("key-" + i, KeyStatus.values()[i % 3]), 1));
    }
    rows.sort((one, other) -> Snapshot.compare(one.fingerprint(), other.fingerprint()));
    return rows;
  }

  private static Entitlement entitlement(String id, KeyStatus status) {
    var traits = new Traits(Optional.of("org"), Optional.empty(), Optional.of("production"), Optional.of("premium"), Optional.empty(), Optional.of("batch"));
    return new Entitlement(id, "team", traits, Terms.ofLevel(OptionalInt.of(1)), Set.of("llama*"), Set.of("a", "b"), Optional.of(NOW.plusSeconds(60)), status);
  }
}
