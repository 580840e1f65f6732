// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Who may ask a store that fails. */
class StoreGuardTest {
  private static final long OPEN_OVER = StoreGuard.OPEN.toNanos() + 1_000_000;

  private final AtomicLong time = new AtomicLong();
  private final StoreGuard guard = new StoreGuard(Layer.REDIS, time::get, StoreListener.NONE);

  private void fails(int times) {
    for (int i = 0; i < times; i++) {
      assertThat(guard.admits()).isTrue();
      guard.failed(FailureCause.TIMEOUT);
    }
  }

  @Test
  void fourFailuresInARowAreNoOutage() {
    fails(4);
    assertThat(guard.admits()).isTrue();
    guard.worked();
    fails(4);
    assertThat(guard.trusted()).isTrue();
  }

  @Test
  void nobodyWhoWaitsMakesTheTrial() {
    fails(5);
    assertThat(guard.admits()).isFalse();
    assertThat(guard.admitsTrial()).as("not yet").isFalse();
    time.addAndGet(OPEN_OVER);
    for (int i = 0; i < 1_000; i++) {
      assertThat(guard.admits()).as("a trial may hang").isFalse();
    }
    assertThat(guard.admitsTrial()).isTrue();
    assertThat(guard.admitsTrial()).as("one at a time").isFalse();
    assertThat(guard.admits()).isFalse();
    guard.failed(FailureCause.TIMEOUT);
    assertThat(guard.admitsTrial()).as("the time begins anew").isFalse();
    time.addAndGet(OPEN_OVER);
    assertThat(guard.admitsTrial()).isTrue();
    guard.worked();
    assertThat(guard.trusted()).isTrue();
    assertThat(guard.admits()).isTrue();
  }

  @Test
  void aStoreThatIsTrustedNeedsNoTrial() {
    assertThat(guard.admitsTrial()).isFalse();
  }
}
