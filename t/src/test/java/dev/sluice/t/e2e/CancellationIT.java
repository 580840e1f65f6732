// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.t.Figure;
import dev.sluice.t.stack.Http;
import dev.sluice.t.stack.RawCall;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Callers who hang up while they wait. */
class CancellationIT {
  private static final int WAITERS = 200;
  /** The first aborts of fresh processes wait for code to be loaded, in the runner, the gateway and this one. */
  private static final int WARM_UP = 5;

  private static final int SINGLE_ABORTS = 25;

  private WaitingRoom room;

  @BeforeEach
  void open() {
    room = WaitingRoom.open();
  }

  @AfterEach
  void close() {
    room.close();
  }

  @Test
  void whoLeavesWhileQueuedNeverReachesTheProviderAndFreesItsPlaceAtOnce() {
    RawCall holder = room.occupyProvider();
    List<RawCall> waiters = room.queue(WAITERS, "waiter-");

    List<Double> millis = new ArrayList<>();
    for (int i = 0; i < WARM_UP + SINGLE_ABORTS; i++) {
      millis.add(abort(waiters.get(2 * i), WAITERS - i - 1));
    }
    System.out.println("places free after ms: " + millis);
    double slowestMillis = Collections.max(millis.subList(WARM_UP, millis.size()));
    for (int i = WARM_UP + SINGLE_ABORTS; i < WAITERS / 2; i++) {
      waiters.get(2 * i).close();
    }
    room.awaitWaiting(WAITERS / 2);
    List<RawCall> staying = new ArrayList<>();
    for (int i = 0; i < WAITERS / 2; i++) {
      staying.add(waiters.get(2 * i + 1));
    }
    var answers = room.read(staying);
    holder.close();

    assertThat(WaitingRoom.all(answers)).allSatisfy(answer -> assertThat(answer.status()).as(answer.body()).isEqualTo(200));
    List<String> seen = room.idsAtProvider();
    long abortedSeen = seen.stream().filter(id -> id.startsWith("waiter-") && Integer.parseInt(id.substring(7)) % 2 == 0).count();
    assertThat(seen).contains("waiter-1", "waiter-" + (WAITERS - 1)).hasSize(1 + WAITERS / 2);
    String source = "CancellationIT.whoLeavesWhileQueuedNeverReachesTheProviderAndFreesItsPlaceAtOnce";
    Figure reached = Figure.exactly("aborted waiters that reached the provider", abortedSeen, 0, source).print();
    Figure free = Figure.atMost("place free after abort, max", slowestMillis, 100, "ms", source).print();
    assertThat(reached.holds()).isTrue();
    assertThat(free.bearable()).isTrue();
    Http.await(Duration.ofSeconds(5), () -> room.stack().pool().openLeases() == 0, () -> room.stack().pool().toString());
    assertThat(room.stack().pool().waiting()).isZero();
    assertThat(room.provider().maxInFlight()).isEqualTo(1);
    assertThat(room.stack().pool().requests()).containsEntry("evicted", WAITERS / 2L).containsEntry("admitted", 1 + WAITERS / 2L);
  }

  /** Hangs up and tells after how many milliseconds the runner counts one waiter less. */
  private double abort(RawCall call, long waitingAfter) {
    long start = System.nanoTime();
    call.close();
    room.awaitWaiting(waitingAfter);
    return (System.nanoTime() - start) / 1e6;
  }
}
