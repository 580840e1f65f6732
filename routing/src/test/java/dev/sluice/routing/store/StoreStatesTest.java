// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.routing.ApiKey;
import dev.sluice.routing.database.Schema;
import dev.sluice.routing.registry.Changes;
import dev.sluice.routing.registry.Entities;
import dev.sluice.routing.registry.Outcome;
import dev.sluice.routing.registry.Registry;
import dev.sluice.routing.registry.RowCheck;
import dev.sluice.routing.registry.RowJson;
import dev.sluice.routing.servers.Measured;
import dev.sluice.routing.servers.PostgresServer;
import dev.sluice.routing.servers.RedisServer;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Stores that answer, but not as they should. */
class StoreStatesTest {
  private static final Duration SOON = Duration.ofSeconds(60);

  private static final String SOURCE = "StoreStatesTest";

  @TempDir private static Path folder;
  private static Installation installation;
  private static RedisClient client;
  private static RedisCommands<String, String> redis;
  private int failed;

  @BeforeAll
  static void start() throws Exception {
    installation = new Installation();
    client = RedisClient.create("redis://127.0.0.1:" + installation.redisPort());
    redis = client.connect().sync();
  }

  @AfterAll
  static void stop() throws Exception {
    client.close();
    installation.close();
  }

  @AfterEach
  void end() throws Exception {
    installation.closeNodes();
  }

  /** What can become of a Redis that goes on answering. */
  enum State {
    /** It lost everything, and goes on. */
    FLUSHALL(RedisCommands::flushall, commands -> {}),
    /** It is a replica now: reads are answered, writes refused. */
    READONLY(commands -> commands.replicaof("127.0.0.1", 1), RedisCommands::replicaofNoOne),
    /** A replica that must not answer from old data refuses reads too. */
    MASTERDOWN(
        commands -> {
          commands.configSet("replica-serve-stale-data", "no");
          commands.replicaof("127.0.0.1", 1);
        },
        commands -> {
          commands.replicaofNoOne();
          commands.configSet("replica-serve-stale-data", "yes");
        }),
    /** It has no memory left: reads are answered, writes refused. */
    OOM(commands -> commands.configSet("maxmemory", "1"), commands -> commands.configSet("maxmemory", "0"));

    private final Consumer<RedisCommands<String, String>> begin;
    private final Consumer<RedisCommands<String, String>> end;

    State(Consumer<RedisCommands<String, String>> begin, Consumer<RedisCommands<String, String>> end) {
      this.begin = begin;
      this.end = end;
    }
  }

  @ParameterizedTest
  @EnumSource
  void aRedisThatIsNoHelpDoesNoHarm(State state) throws Exception {
    ApiKey known = installation.mint();
    ApiKey revoked = installation.mint();
    Installation.Node one = node(state + "-one");
    Installation.Node two = node(state + "-two");
    Installation.await(SOON, () -> one.stores.indexInForce() && two.stores.indexInForce());
    // Both are in Redis from here on.
    for (ApiKey key : List.of(known, revoked)) {
      Installation.await(SOON, () -> one.word(key).equals("entitled") && redis.exists(name(key)) == 1);
    }
    long admitted = 0;
    double refused;
    state.begin.accept(redis);
    try {
      // Only the tables know, as after a command.
      installation.revoke(revoked);
      long since = System.nanoTime();
      Installation.await(SOON, () -> refuses(one, revoked) && refuses(two, revoked));
      refused = (System.nanoTime() - since) / 1e6;
      ApiKey fresh = installation.mint();
      Installation.await(SOON, () -> one.word(fresh).equals("entitled") && two.word(fresh).equals("entitled"));
      for (int i = 0; i < 200; i++) {
        for (Installation.Node node : List.of(one, two)) {
          failed += node.word(known).equals("entitled") ? 0 : 1;
          admitted += refuses(node, revoked) ? 0 : 1;
        }
      }
      assertThat(one.word(Installation.strange())).isEqualTo("UNKNOWN");
      try (var away = new Installation.Away(installation.postgresProxy)) {
        for (int i = 0; i < 20; i++) {
          failed += one.word(known).equals("entitled") ? 0 : 1;
          admitted += refuses(two, revoked) ? 0 : 1;
        }
      }
    } finally {
      state.end.accept(redis);
    }
    long healed = System.nanoTime();
    Installation.await(SOON, () -> !holds(revoked));
    double dropped = (System.nanoTime() - healed) / 1e6;
    // A process that starts now knows of the revocation only what the tables and Redis hold.
    Installation.Node three = node(state + "-three");
    admitted += three.word(revoked).equals("entitled") ? 1 : 0;
    Installation.await(SOON, three.stores::indexInForce);
    for (int i = 0; i < 50; i++) {
      failed += three.word(known).equals("entitled") ? 0 : 1;
      admitted += refuses(three, revoked) && refuses(one, revoked) ? 0 : 1;
    }
    Measured lost = Measured.exactly("states: calls of known keys failed, Redis " + state, failed, 0, SOURCE).print();
    Measured wrong = Measured.exactly("states: revoked keys admitted, Redis " + state, admitted, 0, SOURCE).print();
    Measured time = Measured.atMost("states: revocation refused everywhere after, Redis " + state, refused, 1_000, "ms", SOURCE).print();
    Measured gone = Measured.atMost("states: what Redis kept of a revoked key is gone after, Redis " + state, dropped, 1_000, "ms", SOURCE).print();
    assertThat(lost.holds() && wrong.holds() && time.bearable() && gone.bearable()).isTrue();
  }

  /** The one that takes over holds what a key was before it was revoked, and the bus is another. */
  @Test
  void aReplicaThatTakesOverTooEarlyRaisesNoRevokedKey() throws Exception {
    ApiKey known = installation.mint();
    ApiKey revoked = installation.mint();
    Installation.Node one = node("failover-one");
    Installation.Node two = node("failover-two");
    Installation.await(SOON, () -> one.stores.indexInForce() && two.stores.indexInForce());
    for (ApiKey key : List.of(known, revoked)) {
      Installation.await(SOON, () -> one.word(key).equals("entitled") && redis.exists(name(key)) == 1);
    }
    try (RedisServer replica = RedisServer.start();
        RedisClient toReplica = RedisClient.create("redis://127.0.0.1:" + replica.port())) {
      var ofReplica = toReplica.connect().sync();
      ofReplica.replicaof("127.0.0.1", installation.redisPort());
      Installation.await(SOON, () -> ofReplica.exists(name(known), name(revoked)) == 2);
      ofReplica.replicaofNoOne();
      installation.revoke(revoked);
      // Within a second every node has read of it; before, it may know the key by Redis only.
      LockSupport.parkNanos(Duration.ofMillis(1_200).toNanos());
      Installation.await(SOON, () -> refuses(one, revoked) && refuses(two, revoked));
      installation.redisProxy.lead(replica.port());
      long admitted = 0;
      long end = System.nanoTime() + Duration.ofSeconds(2).toNanos();
      while (System.nanoTime() - end < 0) {
        for (Installation.Node node : List.of(one, two)) {
          failed += node.word(known).equals("entitled") ? 0 : 1;
          admitted += refuses(node, revoked) ? 0 : 1;
        }
      }
      Installation.Node three = node("failover-three");
      Installation.await(SOON, three.stores::indexInForce);
      for (int i = 0; i < 50; i++) {
        failed += three.word(known).equals("entitled") ? 0 : 1;
        admitted += refuses(three, revoked) ? 0 : 1;
      }
      Measured lost = Measured.exactly("states: calls of known keys failed, Redis fails over to a replica that lags", failed, 0, SOURCE).print();
      Measured wrong = Measured.exactly("states: revoked keys admitted, Redis fails over to a replica that lags", admitted, 0, SOURCE).print();
      assertThat(lost.holds() && wrong.holds()).isTrue();
    } finally {
      installation.redisProxy.lead(installation.redisPort());
    }
  }

  @Test
  void aStandbyAnswersAsTheTablesDoAndTakesNoChanges() throws Exception {
    ApiKey known = installation.mint();
    try (var standby = installation.standby(folder.resolve("files"))) {
      assertThat(Schema.migrate(standby.dataSource()).applied()).as("a process starts on it").isZero();
      Installation.Node node = standby.node(Installation.Plan.of(folder.resolve("standby")).with(LayerTableTest.NO_MEMORY).patient());
      Installation.await(SOON, node.stores::indexInForce);
      for (int i = 0; i < 50; i++) {
        failed += node.word(known).equals("entitled") ? 0 : 1;
      }
      assertThat(node.word(Installation.strange())).isEqualTo("UNKNOWN");
      Registry registry = new Registry(standby.dataSource(), RowCheck.NONE, Changes.NONE, () -> "x");
      Outcome outcome = registry.create(Entities.ACCOUNTS, RowJson.object().put("id", "new"), "ann");
      assertThat(outcome).isInstanceOfSatisfying(Outcome.Unavailable.class, said -> assertThat(said.cause()).contains("25006"));
    }
    assertThat(Measured.exactly("states: calls of known keys failed, PostgreSQL in recovery", failed, 0, SOURCE).print().holds()).isTrue();
  }

  @Test
  void aPostgreSqlWithoutConnectionsToSpareIsOneThatIsDown() throws Exception {
    ApiKey known = installation.mint();
    var time = new Installation.Hasty();
    Installation.Node node = installation.node(Installation.Plan.of(folder.resolve("crowded")).with(LayerTableTest.NO_MEMORY).on(time).patient());
    Installation.await(SOON, node.stores::indexInForce);
    var hogs = new ArrayList<Connection>();
    try (var away = new Installation.Away(installation.postgresProxy)) {
      time.skip(LayerTableTest.INDEX_LIFE);
      Installation.untilPostgreSqlIsDistrusted(node, SOON);
      while (hogs.size() < PostgresServer.CONNECTIONS) {
        hogs.add(installation.connection());
      }
    } catch (SQLException full) {
      assertThat(full.getSQLState()).as("no connection is left").isEqualTo("53300");
    }
    try {
      redis.flushall();
      for (int i = 0; i < 200; i++) {
        failed += node.word(known).equals("entitled") ? 0 : 1;
      }
      assertThat(node.distrusted).contains(Layer.POSTGRESQL);
      assertThat(node.stores.indexInForce()).isFalse();
      assertThat(node.word(Installation.strange())).isEqualTo("unavailable");
    } finally {
      for (Connection hog : hogs) {
        hog.close();
      }
    }
    time.skip(StoreGuard.OPEN);
    Installation.await(SOON, () -> node.word(Installation.strange()).equals("UNKNOWN"));
    assertThat(Measured.exactly("states: calls of known keys failed, PostgreSQL without connections", failed, 0, SOURCE).print().holds()).isTrue();
  }

  /** Revoked while no process was there to hear of it, so that Redis and the snapshot know it as it was. */
  @Test
  void aProcessThatHasJustStartedRaisesNoRevokedKey() throws Exception {
    ApiKey revoked = installation.mint();
    installation.age();
    Installation.Node before = node("start");
    Installation.await(SOON, before.stores::indexInForce);
    Installation.await(SOON, () -> before.word(revoked).equals("entitled") && holds(revoked));
    before.close();
    installation.revoke(revoked);
    assertThat(holds(revoked)).isTrue();
    long admitted = 0;
    for (String snapshot : List.of("start", "start-without")) {
      Installation.Node after = node(snapshot);
      after.stores.awaitFirst(SOON);
      for (int i = 0; i < 50; i++) {
        admitted += refuses(after, revoked) ? 0 : 1;
      }
    }
    assertThat(Measured.exactly("states: revoked keys admitted, a process has just started", admitted, 0, SOURCE).print().holds()).isTrue();
  }

  private static boolean refuses(Installation.Node node, ApiKey key) {
    return node.word(key).equals("UNKNOWN");
  }

  /** Whether Redis still has what a key was before it was revoked. */
  private static boolean holds(ApiKey revoked) {
    String entry = redis.get(name(revoked));
    // The account's name, then the status: a for active.
    return entry != null && entry.startsWith("e") && entry.contains("teama");
  }

  private static String name(ApiKey key) {
    return "sluice:key:" + Installation.PEPPER.fingerprint(key).text().substring("hmac-sha256:".length());
  }

  private Installation.Node node(String snapshot) {
    return installation.node(Installation.Plan.of(folder.resolve(snapshot)).with(LayerTableTest.NO_MEMORY).patient());
  }
}
