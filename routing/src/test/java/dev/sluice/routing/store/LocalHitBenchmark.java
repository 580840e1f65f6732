// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import dev.sluice.routing.ApiKey;
import dev.sluice.routing.ApiKeyRouter;
import dev.sluice.routing.KeyFingerprint;
import dev.sluice.routing.Lookup;
import dev.sluice.routing.RouteDecision;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What a look-up costs that memory answers: {@code remembered} keys in memory, {@code bulk} more in PostgreSQL, the upkeep of a real node running
 * beside. Every look-up judges the key's status and expiry, and so whether it was revoked. Keys take turns in an order that no cache line likes.
 *
 * <p>Not included is the HMAC of the key, which every store costs alike, keys in a file too; and Redis, which a hit in memory never reaches.
 */
@State(Scope.Benchmark)
public class LocalHitBenchmark {
  private static final int STRIDE = 6_007;
  private static final int TOGETHER = 100;

  @Param("1000000")
  public int bulk;

  @Param("10000")
  public int remembered;

  private Path folder;
  private Installation installation;
  private KeyStores stores;
  private KeyFingerprint[] fingerprints;
  private Instant now;
  private int next;

  /** Fills PostgreSQL and memory. */
  @Setup(Level.Trial)
  public void fill() throws Exception {
    folder = Files.createTempDirectory("local-hit");
    installation = new Installation();
    installation.sql(
        "INSERT INTO api_keys (id, fingerprint, account, updated_at) SELECT 'bulk-' || i, sha256(('bulk-' || i)::bytea), 'team', now() - interval '1 hour'"
            + " FROM generate_series(1, " + bulk + ") i");
    List<ApiKey> keys = new ArrayList<>();
    for (int i = 0; i < remembered; i++) {
      keys.add(Installation.strange());
    }
    try (var connection = installation.connection();
        var insert = connection.prepareStatement("INSERT INTO api_keys (id, fingerprint, account) VALUES (?, ?, 'team')")) {
      for (int i = 0; i < remembered; i++) {
        insert.setString(1, "hot-" + i);
        insert.setBytes(2, Installation.bytes(Installation.PEPPER.fingerprint(keys.get(i))));
        insert.addBatch();
      }
      insert.executeBatch();
    }
    // Whatever just changed would be forgotten once more.
    installation.sql("UPDATE accounts SET updated_at = now() - interval '1 hour'");
    installation.sql("UPDATE api_keys SET updated_at = now() - interval '1 hour' WHERE id LIKE 'hot-%'");
    var times = new StoreTimes(remembered, Duration.ofMinutes(10), Duration.ofSeconds(10), Duration.ofHours(24), Duration.ofHours(1));
    var time = new Installation.Hasty();
    Installation.Node node = installation.node(Installation.Plan.of(folder.resolve("keys")).with(times).on(time).withoutRedis().patient());
    Installation.await(Duration.ofSeconds(120), node.stores::indexInForce);
    stores = node.stores;
    fingerprints = new KeyFingerprint[remembered];
    for (int i = 0; i < remembered; i++) {
      fingerprints[i] = Installation.PEPPER.fingerprint(keys.get(i));
    }
    long answeredBySnapshot;
    do {
      // What the snapshot answered, for the tables were late, is not kept for long.
      answeredBySnapshot = node.asked(Layer.SNAPSHOT);
      time.skip(Duration.ofSeconds(6));
      ask(node, keys);
    } while (node.asked(Layer.SNAPSHOT) > answeredBySnapshot);
    now = Instant.now();
  }

  private static void ask(Installation.Node node, List<ApiKey> keys) throws Exception {
    List<RouteDecision> asked = new ArrayList<>();
    for (ApiKey key : keys) {
      asked.add(node.router.route(key, Instant.now()));
      if (asked.size() == TOGETHER) {
        for (RouteDecision decision : asked) {
          if (decision instanceof RouteDecision.Pending pending && !(pending.answer().get() instanceof Lookup.Hit)) {
            throw new IllegalStateException("a key is not there");
          }
        }
        asked.clear();
      }
    }
  }

  /** From the key's fingerprint to the decision. */
  @Benchmark
  public RouteDecision hit() {
    RouteDecision decision = ApiKeyRouter.judge(stores.find(fingerprints[turn()]), now);
    if (decision instanceof RouteDecision.Entitled) {
      return decision;
    }
    throw new IllegalStateException("no hit in memory");
  }

  private int turn() {
    next = (next + STRIDE) % remembered;
    return next;
  }

  /** Ends the servers. */
  @TearDown(Level.Trial)
  public void close() throws Exception {
    installation.close();
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
