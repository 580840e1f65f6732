// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.routing.ApiKey;
import dev.sluice.routing.RouteDecision;
import dev.sluice.routing.servers.Measured;
import dev.sluice.routing.servers.TcpProxy;
import dev.sluice.routing.servers.TcpProxy.Fault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The table of docs/how-it-works.md, "Which layer answers", row by row, however a store is lost. */
class LayerTableTest {
  /** A memory that keeps nothing, so that each question goes through the layers. */
  static final StoreTimes NO_MEMORY =
      new StoreTimes(10_000, Duration.ofNanos(1), Duration.ofNanos(1), Duration.ofHours(24), Duration.ofHours(1));

  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String SOURCE = "LayerTableTest";

  @TempDir private static Path folder;
  private static Installation installation;
  private static Installation.Node node;
  private static Map<String, ApiKey> keys;
  private static List<ApiKey> population;

  @BeforeAll
  static void start() throws Exception {
    installation = new Installation();
    population = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      population.add(installation.mint());
    }
    ApiKey known = installation.mint();
    ApiKey revoked = installation.mint();
    installation.revoke(revoked);
    node = installation.node(Installation.Plan.of(folder.resolve("snapshot")).with(NO_MEMORY));
    Installation.await(SOON, node.stores::indexInForce);
    // In Redis, and in the tables, but in no snapshot.
    ApiKey later = installation.mint();
    Installation.await(SOON, () -> entitled(node, later));
    keys = Map.of("known", known, "revoked", revoked, "later", later, "unknown", Installation.strange());
  }

  @AfterAll
  static void stop() throws Exception {
    installation.close();
  }

  @ParameterizedTest
  @EnumSource(names = {"RESET", "BLACKHOLE", "DELAY", "SLOW_BYTES"})
  void everyRowAnswersAsTheTableSays(Fault fault) throws Exception {
    check(node, "all up", "known=entitled later=entitled revoked=REVOKED unknown=UNKNOWN");
    Installation.await(SOON, () -> redisAnswers(node, keys.get("known")));
    Calls usual = calls();

    Calls early = lose(installation.redisProxy, fault);
    Installation.await(SOON, () -> node.distrusted.contains(Layer.REDIS));
    check(node, "Redis down", "known=entitled later=entitled revoked=REVOKED unknown=UNKNOWN");
    long before = node.asked(Layer.SNAPSHOT);
    assertThat(entitled(node, keys.get("known"))).isTrue();
    assertThat(node.asked(Layer.SNAPSHOT)).as("the snapshot answers before PostgreSQL").isGreaterThan(before);
    Calls late = calls();
    installation.redisProxy.fault(Fault.NONE);
    long back = System.nanoTime();
    Installation.await(SOON, () -> redisAnswers(node, keys.get("known")));
    double recovered = (System.nanoTime() - back) / 1e6;

    early = early.and(lose(installation.postgresProxy, fault));
    Installation.await(SOON, () -> !node.stores.indexInForce() && node.distrusted.contains(Layer.POSTGRESQL));
    check(node, "PostgreSQL down", "known=entitled later=entitled revoked=REVOKED unknown=unavailable");
    late = late.and(calls());

    early = early.and(lose(installation.redisProxy, fault));
    Installation.await(SOON, () -> node.distrusted.contains(Layer.REDIS));
    check(node, "both down", "known=entitled later=entitled revoked=REVOKED unknown=unavailable");
    assertThat(node.stores.standing().source()).isEqualTo(KeyStores.Source.SNAPSHOT);
    late = late.and(calls());
    installation.redisProxy.fault(Fault.NONE);
    installation.postgresProxy.fault(Fault.NONE);
    back = System.nanoTime();
    Installation.await(SOON, () -> node.stores.indexInForce() && redisAnswers(node, keys.get("known")));
    recovered = Math.max(recovered, (System.nanoTime() - back) / 1e6);

    Measured failed = Measured.exactly("faults: calls of known keys failed, " + fault, usual.failed + early.failed + late.failed, 0, SOURCE).print();
    Measured first = Measured.atMost("faults: p99 added before breakers open, " + fault, early.p99() - usual.p99(), 60, "ms", SOURCE).print();
    // Five milliseconds are for a quiet machine: here only that nobody waits for a store's deadline.
    Measured.atMost("faults: p99 added after breakers opened, " + fault, late.p99() - usual.p99(), 5, "ms", SOURCE).print();
    Measured end = Measured.atMost("faults: store in use again after, " + fault, recovered, 5_000, "ms", SOURCE).print();
    assertThat(failed.holds()).isTrue();
    assertThat(first.bearable() && end.bearable()).isTrue();
  }

  @Test
  void withoutAnythingTheFailModeDecides() throws Exception {
    try (var noRedis = new Installation.Away(installation.redisProxy);
        var noTables = new Installation.Away(installation.postgresProxy)) {
      var bare = installation.node(Installation.Plan.of(folder.resolve("none")).with(NO_MEMORY));
      Installation.await(SOON, () -> bare.stores.standing().source() == KeyStores.Source.FAIL_MODE);
      check(bare, "all down", "known=unavailable later=unavailable revoked=unavailable unknown=unavailable");
    }
  }

  private static Calls lose(TcpProxy store, Fault fault) throws Exception {
    store.fault(fault);
    return calls();
  }

  /** How look-ups of known keys went, 400 in a second, none waiting for another. Immutable. */
  private record Calls(List<Double> millis, long failed) {
    double p99() {
      double[] sorted = millis.stream().mapToDouble(Double::doubleValue).sorted().toArray();
      return sorted[sorted.length * 99 / 100];
    }

    Calls and(Calls more) {
      var all = new ArrayList<>(millis);
      all.addAll(more.millis);
      return new Calls(List.copyOf(all), failed + more.failed);
    }
  }

  private static Calls calls() throws Exception {
    double[] millis = new double[400];
    boolean[] good = new boolean[millis.length];
    var running = new ArrayList<Thread>();
    for (int i = 0; i < millis.length; i++) {
      int call = i;
      ApiKey key = population.get(i % population.size());
      running.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    long begun = System.nanoTime();
                    good[call] = entitled(node, key);
                    millis[call] = (System.nanoTime() - begun) / 1e6;
                  }));
      LockSupport.parkNanos(2_500_000);
    }
    long failed = 0;
    for (int i = 0; i < good.length; i++) {
      running.get(i).join();
      failed += good[i] ? 0 : 1;
    }
    return new Calls(Arrays.stream(millis).boxed().toList(), failed);
  }

  private static boolean redisAnswers(Installation.Node node, ApiKey key) {
    long tables = node.asked(Layer.POSTGRESQL);
    long snapshot = node.asked(Layer.SNAPSHOT);
    return entitled(node, key) && node.asked(Layer.POSTGRESQL) == tables && node.asked(Layer.SNAPSHOT) == snapshot;
  }

  private static boolean entitled(Installation.Node node, ApiKey key) {
    return node.word(key).equals("entitled");
  }

  private static void check(Installation.Node node, String row, String expected) {
    var words = new StringBuilder();
    for (String name : List.of("known", "later", "revoked", "unknown")) {
      words.append(words.isEmpty() ? "" : " ").append(name).append('=').append(node.word(keys.get(name)));
    }
    assertThat(words.toString()).as(row).isEqualTo(expected);
  }
}
