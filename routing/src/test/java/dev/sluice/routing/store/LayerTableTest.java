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
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
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

  /** So long nobody has to have looked for new keys that an index no longer rules any out. */
  static final Duration INDEX_LIFE = Duration.ofSeconds(3);

  private static final Duration SOON = Duration.ofSeconds(20);

  /** Calls whose times are compared, for each loss; {@code -Dfaults.calls=400} is what is promised, less shows that nobody waits. */
  private static final int CALLS = Integer.getInteger("faults.calls", 80);

  private static final String SOURCE = "LayerTableTest";

  @TempDir private static Path folder;
  private static Installation installation;
  private static final Installation.Hasty time = new Installation.Hasty();
  private static Installation.Node node;

  /** One whose stores are never lost, asked at the same time: what the machine does to both is no fault's doing. */
  private static Installation.Node spared;

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
    node = installation.node(Installation.Plan.of(folder.resolve("snapshot")).with(NO_MEMORY).on(time));
    spared = installation.node(Installation.Plan.of(folder.resolve("spared")).with(NO_MEMORY).withoutFaults());
    Installation.await(SOON, () -> node.stores.indexInForce() && spared.stores.indexInForce());
    // In Redis, and in the tables, but in no snapshot.
    ApiKey later = installation.mint();
    Installation.await(SOON, () -> entitled(node, later));
    // Of a process that is warm.
    calls();
    keys = Map.of("known", known, "revoked", revoked, "later", later, "unknown", Installation.strange());
  }

  @AfterAll
  static void stop() throws Exception {
    installation.close();
  }

  @ParameterizedTest
  @EnumSource(names = {"RESET", "BLACKHOLE", "DELAY", "SLOW_BYTES"})
  void everyRowAnswersAsTheTableSays(Fault fault) throws Exception {
    // A busy machine may have lost a store before it was taken away.
    Installation.await(SOON, () -> node.stores.indexInForce() && !node.distrusted.contains(Layer.POSTGRESQL) && redisAnswers(node, keys.get("known")));
    check(node, "all up", "known=entitled later=entitled revoked=UNKNOWN unknown=UNKNOWN");

    Calls early = lose(installation.redisProxy, fault);
    Installation.await(SOON, () -> node.distrusted.contains(Layer.REDIS));
    check(node, "Redis down", "known=entitled later=entitled revoked=UNKNOWN unknown=UNKNOWN");
    long before = node.asked(Layer.SNAPSHOT);
    assertThat(entitled(node, keys.get("known"))).isTrue();
    assertThat(node.asked(Layer.SNAPSHOT)).as("the snapshot answers before PostgreSQL").isGreaterThan(before);
    Calls late = calls();
    installation.redisProxy.fault(Fault.NONE);
    time.skip(StoreGuard.OPEN);
    Installation.await(SOON, () -> redisAnswers(node, keys.get("known")));

    early = early.and(lose(installation.postgresProxy, fault));
    time.skip(INDEX_LIFE);
    Installation.untilPostgreSqlIsDistrusted(node, SOON);
    check(node, "PostgreSQL down", "known=entitled later=entitled revoked=UNKNOWN unknown=unavailable");
    late = late.and(calls());

    early = early.and(lose(installation.redisProxy, fault));
    Installation.await(SOON, () -> node.distrusted.contains(Layer.REDIS));
    check(node, "both down", "known=entitled later=entitled revoked=UNKNOWN unknown=unavailable");
    assertThat(node.stores.standing().source()).isEqualTo(KeyStores.Source.SNAPSHOT);
    late = late.and(calls());
    installation.redisProxy.fault(Fault.NONE);
    installation.postgresProxy.fault(Fault.NONE);
    long back = System.nanoTime();
    Installation.await(SOON, () -> node.stores.indexInForce() && redisAnswers(node, keys.get("known")));
    double recovered = (System.nanoTime() - back) / 1e6;

    System.out.printf("p99 of calls, beside those of a node that is spared: early %s, late %s%n", early, late);
    Measured failed = Measured.exactly("faults: calls of known keys failed, " + fault, early.failed + late.failed, 0, SOURCE).print();
    Measured first = Measured.atMost("faults: p99 added before breakers open, " + fault, early.added(), 60, "ms", SOURCE).print();
    // Five milliseconds are for a quiet machine: here only that nobody waits for a store's deadline.
    Measured then = Measured.atMost("faults: p99 added after breakers opened, " + fault, late.added(), 5, "ms", SOURCE).print();
    Measured end = Measured.atMost("faults: store in use again after, " + fault, recovered, 5_000, "ms", SOURCE).print();
    assertThat(failed.holds()).isTrue();
    assertThat(first.bearable() && then.bearable() && end.bearable()).isTrue();
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

  /** How look-ups of known keys went, 400 in a second, none waiting for another, and as many of the node that is spared. Immutable. */
  private record Calls(List<Double> millis, List<Double> spared, long failed) {
    double added() {
      return p99(millis) - p99(spared);
    }

    private static double p99(List<Double> millis) {
      double[] sorted = millis.stream().mapToDouble(Double::doubleValue).sorted().toArray();
      return sorted[sorted.length * 99 / 100];
    }

    Calls and(Calls more) {
      return new Calls(both(millis, more.millis), both(spared, more.spared), failed + more.failed);
    }

    private static List<Double> both(List<Double> some, List<Double> others) {
      return Stream.concat(some.stream(), others.stream()).toList();
    }

    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%.2f beside %.2f ms", p99(millis), p99(spared));
    }
  }

  private static Calls calls() throws Exception {
    var asked = new ArrayList<Future<Double>>();
    var beside = new ArrayList<Future<Double>>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < CALLS; i++) {
        ApiKey key = population.get(i % population.size());
        asked.add(threads.submit(() -> millis(node, key)));
        beside.add(threads.submit(() -> millis(spared, key)));
        LockSupport.parkNanos(2_500_000);
      }
    }
    List<Double> millis = asked.stream().map(Future::resultNow).toList();
    return new Calls(millis, beside.stream().map(Future::resultNow).toList(), millis.stream().filter(taken -> taken.isInfinite()).count());
  }

  /** How long a key takes; infinite if it is not entitled. */
  private static double millis(Installation.Node asked, ApiKey key) {
    long begun = System.nanoTime();
    return entitled(asked, key) ? (System.nanoTime() - begun) / 1e6 : Double.POSITIVE_INFINITY;
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
