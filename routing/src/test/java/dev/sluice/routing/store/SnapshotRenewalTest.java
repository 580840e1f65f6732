// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.routing.KeyFingerprint;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotRenewalTest {
  private static final Duration INTERVAL = Duration.ofHours(1);

  @TempDir private Path folder;
  private long nanos = Long.MAX_VALUE - Duration.ofMinutes(1).toNanos();
  private final Table table = new Table();

  /** Tables in which something happens while all keys are read. */
  private static final class Table implements KeyTable {
    private Runnable meanwhile = () -> {};
    private boolean away;

    @Override
    public LayerAnswer find(KeyFingerprint key) {
      return LayerAnswer.KNOWN_ABSENT;
    }

    @Override
    public long readAll(RowReader reader) throws StoreException {
      meanwhile.run();
      if (away) {
        throw new StoreException(FailureCause.DISCONNECTED, "away");
      }
      return 0;
    }

    @Override
    public Written writtenSince(long sinceMicros, int maxRows) {
      return new Written(0, List.of());
    }

    @Override
    public void probe() {}
  }

  private SnapshotRenewal renewal() {
    InstantSource wall = InstantSource.fixed(Instant.parse("2026-11-28T12:00:00Z"));
    var file = new KeyUpkeep.SnapshotFile(folder.resolve("keys"), List.of(Installation.PEPPER));
    var inForce = new SnapshotLayer(Duration.ofHours(24), () -> nanos, wall);
    return new SnapshotRenewal(() -> {}, file, INTERVAL, table, inForce, new LayeredKeys.Time(() -> nanos, wall));
  }

  private void pass(Duration time) {
    nanos += time.toNanos();
  }

  @Test
  void itIsDueAtOnceAndThenAfterEachInterval() {
    SnapshotRenewal renewal = renewal();
    assertThat(renewal.begin()).isTrue();
    assertThat(renewal.begin()).as("one at a time").isFalse();
    assertThat(renewal.read()).isTrue();
    assertThat(renewal.take()).isPresent();
    assertThat(renewal.take()).isEmpty();
    pass(INTERVAL.minusNanos(1));
    assertThat(renewal.begin()).isFalse();
    pass(Duration.ofNanos(1));
    assertThat(renewal.begin()).isTrue();
  }

  @Test
  void aReadingThatFailedIsTriedAgainSoon() {
    SnapshotRenewal renewal = renewal();
    table.away = true;
    assertThat(renewal.begin()).isTrue();
    assertThat(renewal.read()).isFalse();
    assertThat(renewal.take()).isEmpty();
    assertThat(renewal.begin()).isFalse();
    pass(SnapshotRenewal.RETRY);
    assertThat(renewal.begin()).isTrue();
  }

  /** A revocation that a reading came too early for must not wait for the next interval. */
  @Test
  void whatIsAskedForWhileAReadingRunsIsNotForgottenAsItEnds() {
    SnapshotRenewal renewal = renewal();
    table.meanwhile = () -> renewal.by(nanos + Duration.ofMinutes(2).toNanos());
    assertThat(renewal.begin()).isTrue();
    assertThat(renewal.read()).isTrue();
    assertThat(renewal.begin()).isFalse();
    pass(Duration.ofMinutes(2));
    assertThat(renewal.begin()).isTrue();
  }
}
