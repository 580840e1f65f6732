// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.routing.ApiKey;
import dev.sluice.routing.ApiKeyRouter;
import dev.sluice.routing.DenyReason;
import dev.sluice.routing.Lookup;
import dev.sluice.routing.RouteDecision;
import dev.sluice.routing.key.KeyMint;
import dev.sluice.routing.key.Pepper;
import dev.sluice.routing.servers.Measured;
import dev.sluice.routing.servers.TcpProxy.Fault;
import io.lettuce.core.RedisClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The layers over real servers. */
class StoresTest {
  private static final Duration SOON = Duration.ofSeconds(60);

  /** Unknown keys at 2 000 a second; {@code -Dflood.calls=6000} is what is promised. */
  private static final int FLOOD = Integer.getInteger("flood.calls", 2_000);

  private static Installation installation;
  @TempDir private Path folder;

  @BeforeAll
  static void start() throws Exception {
    installation = new Installation();
  }

  @AfterAll
  static void stop() throws Exception {
    installation.close();
  }

  @AfterEach
  void heal() throws Exception {
    installation.redisProxy.fault(Fault.NONE);
    installation.postgresProxy.fault(Fault.NONE);
    installation.closeNodes();
  }

  @Test
  void aFloodOfUnknownKeysDoesNotReachPostgreSqlNorSlowKnownOnes() throws Exception {
    ApiKey known = installation.mint();
    Installation.Node node = node("flood");
    Installation.await(SOON, node.stores::indexInForce);
    assertThat(node.route(known)).isInstanceOf(RouteDecision.Entitled.class);
    var mint = new KeyMint(Installation.PEPPER, new SecureRandom());
    long before = installation.transactions();
    long[] times = new long[FLOOD];
    long begun = System.nanoTime();
    for (int i = 0; i < times.length; i++) {
      assertThat(node.route(mint.mint().key())).isEqualTo(new RouteDecision.Denied(DenyReason.UNKNOWN));
      long asked = System.nanoTime();
      assertThat(node.route(known)).isInstanceOf(RouteDecision.Entitled.class);
      times[i] = System.nanoTime() - asked;
      while (System.nanoTime() - begun < i * 500_000L) {
        LockSupport.parkNanos(50_000);
      }
    }
    // Counted by the server, so with the readings of the record of changes.
    long counted = installation.transactions() - before;
    double perSecond = counted / ((System.nanoTime() - begun) / 1e9);
    assertThat(counted).as("the record of changes is read").isPositive();
    Arrays.sort(times);
    double p99 = times[(int) (times.length * 0.99)] / 1e6;
    Measured.atMost("flood: PostgreSQL queries", perSecond, 20, "/s", "StoresTest").print();
    Measured.atMost("flood: known keys p99", p99, 1, "ms", "StoresTest").print();
    assertThat(perSecond).isLessThanOrEqualTo(20);
    ApiKey fresh = installation.mint();
    long made = System.nanoTime();
    Installation.await(SOON, () -> entitled(node, fresh));
    double works = (System.nanoTime() - made) / 1e6;
    Measured.atMost("new key works after", works, 1000, "ms", "StoresTest").print();
  }

  @Test
  void aRevocationReachesEveryNodeByTheBusAndWithoutIt() throws Exception {
    ApiKey first = installation.mint();
    ApiKey second = installation.mint();
    ApiKey third = installation.mint();
    Installation.Node one = node("one");
    Installation.Node two = node("two");
    Installation.await(SOON, () -> one.stores.indexInForce() && two.stores.indexInForce());
    assertThat(two.route(first)).isInstanceOf(RouteDecision.Entitled.class);
    assertThat(two.route(second)).isInstanceOf(RouteDecision.Entitled.class);
    assertThat(two.route(third)).isInstanceOf(RouteDecision.Entitled.class);

    installation.revoke(first);
    long revoked = System.nanoTime();
    one.stores.changes().revoked(Installation.PEPPER.fingerprint(first));
    Installation.await(SOON, () -> revoked(two, first) && revoked(one, first));
    double bus = (System.nanoTime() - revoked) / 1e6;
    Measured.atMost("revocation with the bus", bus, 1000, "ms", "StoresTest").print();

    // As a command does it, which tells nobody: only the tables know.
    installation.revoke(third);
    long commanded = System.nanoTime();
    Installation.await(SOON, () -> revoked(two, third) && revoked(one, third));
    double command = (System.nanoTime() - commanded) / 1e6;
    Measured.atMost("revocation by command, with the bus", command, 1_000, "ms", "StoresTest").print();

    installation.redisProxy.fault(Fault.BLACKHOLE);
    installation.revoke(second);
    long alone = System.nanoTime();
    Installation.await(SOON, () -> revoked(two, second));
    double feed = (System.nanoTime() - alone) / 1e6;
    Measured.atMost("revocation without the bus", feed, 60_000, "ms", "StoresTest").print();

    installation.redisProxy.fault(Fault.RESET);
    installation.postgresProxy.fault(Fault.RESET);
    two.stores.changes().mayHaveMissed();
    assertThat(revoked(two, first)).as("stores down, the snapshot is older than the revocation").isTrue();
    assertThat(revoked(two, second)).isTrue();
  }

  @Test
  void anExpiredKeyIsRefusedThoughItIsRemembered() throws Exception {
    ApiKey key = installation.mint();
    installation.sql("UPDATE api_keys SET expires_at = '2030-01-01T00:00:00Z', version = version + 1, updated_at = now()");
    Installation.Node node = installation.node(Installation.Plan.of(folder.resolve("expiry")).patient());
    Installation.await(SOON, () -> entitled(node, key));

    assertThat(node.route(key)).isInstanceOf(RouteDecision.Entitled.class);
    long entitled = 0;
    for (int i = 0; i < 1_000; i++) {
      Instant at = Instant.parse("2030-01-01T00:00:00Z").plusNanos(i);
      RouteDecision late = node.router.route(key, at);
      // The record of changes may just have made memory forget the key.
      RouteDecision judged = late instanceof RouteDecision.Pending pending ? ApiKeyRouter.judge(pending.answer().get(), at) : late;
      entitled += judged.equals(new RouteDecision.Denied(DenyReason.EXPIRED)) ? 0 : 1;
    }
    assertThat(Measured.exactly("expired keys entitled once their time is over", entitled, 0, "StoresTest").print().holds()).isTrue();
  }

  @Test
  void aColdStartWithEveryStoreDownAnswersFromTheSnapshotOfTheProcessBefore() throws Exception {
    ApiKey key = installation.mint();
    Installation.Node before = node("cold");
    Installation.await(SOON, before.stores::indexInForce);
    before.close();
    installation.redisProxy.fault(Fault.RESET);
    installation.postgresProxy.fault(Fault.RESET);

    long begun = System.nanoTime();
    Installation.Node after = node("cold");
    Installation.await(SOON, () -> entitled(after, key));
    double ready = (System.nanoTime() - begun) / 1e6;

    assertThat(after.stores.standing().source()).isEqualTo(KeyStores.Source.SNAPSHOT);
    Installation.untilPostgreSqlIsDistrusted(after, SOON);
    Measured.atMost("cold start with every store down, first answer", ready, 5000, "ms", "StoresTest").print();
    installation.postgresProxy.fault(Fault.NONE);
    installation.redisProxy.fault(Fault.NONE);
    long back = System.nanoTime();
    Installation.await(SOON, () -> after.stores.standing().source() == KeyStores.Source.STORES && after.stores.indexInForce());
    double recovered = (System.nanoTime() - back) / 1e6;
    Measured.atMost("PostgreSQL in use again after", recovered, 5000, "ms", "StoresTest").print();
  }

  @Test
  void aRotationOfThePepperFailsNoKey() throws Exception {
    ApiKey old = installation.mint();
    KeyMint.Minted fresh = new KeyMint(Installation.OTHER_PEPPER, new SecureRandom()).mint();
    installation.insert("fresh", fresh.fingerprint());
    List<Pepper> both = List.of(Installation.OTHER_PEPPER, Installation.PEPPER);
    Installation.Node node = installation.node(Installation.Plan.of(folder.resolve("rotation")).with(both).patient());

    Installation.await(SOON, () -> entitled(node, old) && entitled(node, fresh.key()));
    assertThat(node.route(old)).isInstanceOf(RouteDecision.Entitled.class);
    assertThat(node.route(fresh.key())).isInstanceOf(RouteDecision.Entitled.class);
    assertThat(node.route(Installation.strange())).isEqualTo(new RouteDecision.Denied(DenyReason.UNKNOWN));
  }

  @Test
  void aBadEntryOfRedisIsAFailureNeverAnUnknownKey() throws Exception {
    try (RedisClient client = RedisClient.create("redis://127.0.0.1:" + installation.redisPort());
        var connection = client.connect()) {
      List<String> entries = List.of("x", "e", "e\u0001", "nn", "n".repeat(1 << 20));
      List<ApiKey> keys = new ArrayList<>();
      for (int i = 0; i <= entries.size(); i++) {
        ApiKey key = installation.mint();
        keys.add(key);
        String name = "sluice:key:" + Installation.PEPPER.fingerprint(key).text().substring("hmac-sha256:".length());
        if (i < entries.size()) {
          connection.sync().set(name, entries.get(i));
        } else {
          connection.sync().lpush(name, "a", "list");
        }
      }
      // Nothing that a node would drop from Redis because it is new.
      installation.age();
      Installation.Node node = node("bad");
      Installation.await(SOON, node.stores::indexInForce);
      for (ApiKey key : keys) {
        long before = node.asked(Layer.REDIS);
        Installation.await(SOON, () -> entitled(node, key));
        assertThat(node.asked(Layer.REDIS)).isGreaterThan(before);
      }
    }
  }

  @Test
  void noStoreHoldsAKey() throws Exception {
    ApiKey key = installation.mint();
    String secret = new String(key.bytes(), StandardCharsets.US_ASCII);
    Installation.Node node = node("canary");
    Installation.await(SOON, node.stores::indexInForce);
    assertThat(node.route(key)).isInstanceOf(RouteDecision.Entitled.class);

    assertThat(new String(Files.readAllBytes(folder.resolve("canary")), StandardCharsets.ISO_8859_1)).doesNotContain(secret);
    try (RedisClient client = RedisClient.create("redis://127.0.0.1:" + installation.redisPort());
        var connection = client.connect()) {
      Installation.await(SOON, () -> !connection.sync().keys("*").isEmpty());
      for (String name : connection.sync().keys("*")) {
        assertThat(name + connection.sync().get(name)).doesNotContain(secret);
      }
    }
    try (var connection = installation.connection();
        var rows = connection.createStatement().executeQuery("SELECT k::text FROM api_keys k")) {
      while (rows.next()) {
        assertThat(rows.getString(1)).doesNotContain(secret);
      }
    }
  }

  private Installation.Node node(String snapshot) {
    return installation.node(folder.resolve(snapshot));
  }

  private static boolean entitled(Installation.Node node, ApiKey key) {
    return decision(node, key) instanceof RouteDecision.Entitled;
  }

  private static boolean revoked(Installation.Node node, ApiKey key) {
    return decision(node, key).equals(new RouteDecision.Denied(DenyReason.UNKNOWN));
  }

  private static RouteDecision decision(Installation.Node node, ApiKey key) {
    try {
      return node.route(key);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
