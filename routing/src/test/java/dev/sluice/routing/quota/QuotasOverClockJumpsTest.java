// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.quota;

import static dev.sluice.routing.quota.Quotas.claim;
import static dev.sluice.routing.quota.Quotas.quota;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.routing.quota.QuotaWindow.Calendar;
import dev.sluice.routing.redis.RedisLink;
import dev.sluice.routing.servers.Measured;
import dev.sluice.routing.servers.RedisServer;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** The clock on the wall is set, forwards and back, while quotas are in use. */
class QuotasOverClockJumpsTest {
  private static final String SOURCE = "QuotasOverClockJumpsTest";
  private static final int LIMIT = 1_000;
  private static final QuotaWindow HOURLY = new QuotaWindow(Calendar.HOUR, ZoneOffset.UTC, 1);
  private static final Quota QUOTA = quota("a", QuotaScope.ACCOUNT, QuotaKind.HARD, QuotaUnit.TOKENS, LIMIT, "", HOURLY);
  private static final Instant BEGIN = Instant.parse("2026-11-28T12:20:00Z");
  private static final List<Duration> STEPS =
      List.of(Duration.ofHours(1), Duration.ofHours(-1), Duration.ofMinutes(1), Duration.ofMillis(-128), Duration.ofSeconds(5), Duration.ofMinutes(5));

  private final AtomicReference<Instant> wall = new AtomicReference<>(BEGIN);
  private long steadyNanos;

  /** A reservation, and until when it is due back if nobody ends it. */
  private record Open(Reservation reservation, long dueNanos) {}

  @Test
  void aWindowIsNotRenewedByLeavingItAndReservationsLiveBySteadyTime() {
    long seed = new SplittableRandom().nextLong();
    System.out.println("seed: " + seed);
    var random = new SplittableRandom(seed);
    var book = new QuotaBook(QuotaTree.of(List.of(QUOTA)), wall::get, () -> steadyNanos, Quotas.TTL, QuotaListener.NONE);
    Map<QuotaWindow.Span, Long> admitted = new HashMap<>();
    Deque<Open> open = new ArrayDeque<>();
    long beyond = 0;
    long wrong = 0;
    for (int i = 0; i < 20_000; i++) {
      // To and fro over the same three hours, as a clock that is set and set right again.
      Duration step = STEPS.get(random.nextInt(STEPS.size()));
      Instant next = wall.get().plus(step);
      if (random.nextInt(20) == 0 && Duration.between(BEGIN, next).abs().compareTo(Duration.ofMinutes(90)) < 0) {
        wall.set(next);
      }
      steadyNanos += random.nextLong(Duration.ofSeconds(30).toNanos());
      while (!open.isEmpty() && open.peek().dueNanos <= steadyNanos) {
        open.poll();
      }
      int units = 1 + random.nextInt(20);
      if (book.reserve(claim(units, "account:a")) instanceof QuotaOutcome.Reserved held) {
        if (random.nextInt(4) == 0) {
          open.add(new Open(held.reservation(), steadyNanos + Quotas.TTL.toNanos()));
        } else {
          held.reservation().settle(new QuotaCost(units, 1, 0));
          admitted.merge(HOURLY.at(wall.get()), (long) units, Long::sum);
        }
      }
      beyond = Math.max(beyond, admitted.values().stream().mapToLong(Long::longValue).max().orElse(0) - LIMIT);
      wrong += book.open() == open.size() ? 0 : 1;
    }
    assertThat(admitted.size()).as("the hours were left and come back to").isGreaterThan(2);
    assertThat(admitted.values().stream().filter(units -> units > LIMIT * 9 / 10).count()).as("and were used up").isGreaterThan(1);
    Measured twice = Measured.exactly("clock jumps: units admitted beyond a window's limit", Math.max(0, beyond), 0, SOURCE).print();
    Measured life = Measured.exactly("clock jumps: times that reservations ended early or late", wrong, 0, SOURCE).print();
    assertThat(twice.holds() && life.holds()).as("seed %d", seed).isTrue();
  }

  /** Windows and lives are those of the server's clock. */
  @Test
  void aNodeThatSharesQuotasFollowsTheServersClock() throws Exception {
    try (RedisServer server = RedisServer.start();
        RedisLink link = RedisLink.open("redis://127.0.0.1:" + server.port(), Optional.empty())) {
      // A day's window, which begins once in the test's life at most; the real time is what Redis has.
      Quota daily = quota("d", QuotaScope.ACCOUNT, QuotaKind.HARD, QuotaUnit.TOKENS, LIMIT, "", new QuotaWindow(Calendar.DAY, ZoneOffset.UTC, 1));
      wall.set(Instant.now());
      var bounds = new SharedQuotas.Bounds(Duration.ofMinutes(1), Duration.ofSeconds(5), Duration.ofMillis(100), Duration.ofMinutes(1), 100);
      try (var node = new SharedQuotas(QuotaTree.of(List.of(daily)), link, wall::get, System::nanoTime, bounds, QuotaListener.NONE, SharedListener.NONE)) {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!node.connected()) {
          assertThat(System.nanoTime()).isLessThan(end);
          LockSupport.parkNanos(2_000_000);
        }
        Instant began = Instant.now();
        long admitted = 0;
        for (int i = 0; i < 400; i++) {
          wall.updateAndGet(now -> now.plus(Duration.ofHours(STEPS.get(0).toHours() * (now.isAfter(began) ? -13 : 17))));
          var outcome = new CompletableFuture<QuotaOutcome>();
          node.reserve(claim(10, "account:d"), outcome::complete);
          // Left open: nothing is to come back because the node believes that hours went by.
          admitted += outcome.orTimeout(20, TimeUnit.SECONDS).join() instanceof QuotaOutcome.Reserved ? 10 : 0;
        }
        boolean midnight = !daily.window().at(began).equals(daily.window().at(Instant.now()));
        Measured beyond = Measured.exactly("clock jumps: units admitted beyond a limit that Redis counts", Math.max(0, admitted - (midnight ? 2 : 1) * LIMIT), 0, SOURCE).print();
        assertThat(beyond.holds()).isTrue();
        assertThat(admitted).isGreaterThanOrEqualTo(LIMIT);
      }
    }
  }
}
