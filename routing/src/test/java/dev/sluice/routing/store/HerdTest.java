// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.routing.ApiKey;
import dev.sluice.routing.Lookup;
import dev.sluice.routing.RouteDecision;
import dev.sluice.routing.key.KeyMint;
import dev.sluice.routing.servers.Measured;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Thousands of keys and one that everybody uses come at once, on cold caches and again when these end. Without Redis, so that PostgreSQL alone bears it. */
class HerdTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  /** {@code -Dherd.keys=10000} is what is promised, a part of it what every build takes the time for. */
  private static final int KEYS = Integer.getInteger("herd.keys", 2_000);

  private static final String SOURCE = "HerdTest";

  /** So that all of the herd is remembered. */
  private static final StoreTimes ROOMY = new StoreTimes(2 * KEYS, Duration.ofSeconds(60), Duration.ofSeconds(10), Duration.ofHours(24), Duration.ofHours(1));

  @TempDir private static Path folder;
  private static Installation installation;
  private static final List<ApiKey> herd = new ArrayList<>();
  private static ApiKey hot;

  @BeforeAll
  static void start() throws Exception {
    installation = new Installation();
    var mint = new KeyMint(Installation.PEPPER, new SecureRandom());
    try (var connection = installation.connection();
        var insert = connection.prepareStatement("INSERT INTO api_keys (id, fingerprint, account) VALUES (?, ?, 'team')")) {
      for (int i = 0; i <= KEYS; i++) {
        KeyMint.Minted key = mint.mint();
        herd.add(key.key());
        insert.setString(1, "herd-" + i);
        insert.setBytes(2, Installation.bytes(key.fingerprint()));
        insert.addBatch();
      }
      insert.executeBatch();
    }
    hot = herd.removeLast();
  }

  @AfterAll
  static void stop() throws Exception {
    installation.close();
  }

  @AfterEach
  void end() throws Exception {
    installation.closeNodes();
  }

  @Test
  void aHerdOnColdCachesAsksPostgreSqlOncePerKey() throws Exception {
    Installation.Node node = installation.node(Installation.Plan.of(folder.resolve("cold")).withoutRedis());
    Installation.await(SOON, node.stores::indexInForce);
    List<RouteDecision> pending = new ArrayList<>();
    long begun = System.nanoTime();
    for (int i = 0; i < KEYS; i++) {
      pending.add(node.router.route(herd.get(i), Instant.now()));
      pending.add(node.router.route(hot, Instant.now()));
      // 5 000 requests a second.
      while (System.nanoTime() - begun < i * 200_000L) {
        LockSupport.parkNanos(50_000);
      }
    }
    long unanswered = 0;
    for (RouteDecision decision : pending) {
      boolean hit = decision instanceof RouteDecision.Pending later ? later.answer().get() instanceof Lookup.Hit : decision instanceof RouteDecision.Entitled;
      unanswered += hit ? 0 : 1;
    }
    long queries = node.asked(Layer.POSTGRESQL);
    assertThat(queries + node.asked(Layer.SNAPSHOT)).as("every key was looked up").isGreaterThanOrEqualTo(KEYS + 1);
    Measured asked = Measured.atMost("herd: PostgreSQL queries for " + (KEYS + 1) + " keys", queries, KEYS + 1, "", SOURCE).print();
    Measured lost = Measured.exactly("herd: answers that were no hit", unanswered, 0, SOURCE).print();
    System.out.println("herd: keys that the snapshot answered for, as PostgreSQL was too slow: " + node.asked(Layer.SNAPSHOT));
    assertThat(asked.holds() && lost.holds()).isTrue();
  }

  /**
   * In virtual time, 5 000 requests a second, half of them with the hot key: the herd comes within four seconds, so it could also be forgotten
   * within four, 60 s later. Memory forgets each key after 54 to 66 s instead.
   */
  @Test
  void theEndOfWhatIsRememberedIsNoSecondHerd() throws Exception {
    var clock = new HeldClock();
    Installation.Node node = installation.node(Installation.Plan.of(folder.resolve("warm")).with(ROOMY).with(clock).withoutRedis().patient());
    Installation.await(SOON, node.stores::indexInForce);
    clock.hold();
    long[] queries = new long[750];
    int next = 0;
    long before = node.asked(Layer.POSTGRESQL);
    for (int tenth = 0; tenth < queries.length; tenth++) {
      for (int i = 0; i < 250; i += 50) {
        List<RouteDecision> together = new ArrayList<>();
        for (int j = 0; j < 50; j++) {
          together.add(node.router.route(herd.get(next++ % KEYS), Instant.now()));
          together.add(node.router.route(hot, Instant.now()));
        }
        for (RouteDecision decision : together) {
          if (decision instanceof RouteDecision.Pending later) {
            assertThat(later.answer().get()).isInstanceOf(Lookup.Hit.class);
          }
        }
      }
      long now = node.asked(Layer.POSTGRESQL);
      queries[tenth] = now - before;
      before = now;
      clock.advance(Duration.ofMillis(100));
    }
    long first = Arrays.stream(queries, 0, 500).max().orElseThrow();
    long second = Arrays.stream(queries, 500, queries.length).max().orElseThrow();
    double[] seconds = new double[9];
    for (int i = 0; i < seconds.length; i++) {
      // Well within the wave, whose edges are as wide as the first one was long.
      seconds[i] = Arrays.stream(queries, 570 + 10 * i, 580 + 10 * i).sum();
    }
    double mean = Arrays.stream(seconds).average().orElseThrow();
    assertThat(Arrays.stream(queries).sum()).as("every key was asked for twice").isGreaterThan(2 * KEYS);
    Measured height = Measured.atMost("herd: PostgreSQL queries in the worst 100 ms at the TTL, of the first wave's " + first, (double) second / first, 0.5, "", SOURCE).print();
    Measured shape = Measured.atMost("herd: queries in the worst second at the TTL, of the mean of " + Math.round(mean), Arrays.stream(seconds).max().orElseThrow() / mean, 1.5, "", SOURCE).print();
    assertThat(height.holds() && shape.holds()).isTrue();
  }
}
