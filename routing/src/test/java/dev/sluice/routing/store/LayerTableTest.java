// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.routing.ApiKey;
import dev.sluice.routing.RouteDecision;
import dev.sluice.routing.servers.TcpProxy.Fault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The table of docs/how-it-works.md, "Which layer answers", row by row. */
class LayerTableTest {
  /** A memory that keeps nothing, so that each question goes through the layers. */
  private static final StoreTimes NO_MEMORY =
      new StoreTimes(10_000, Duration.ofNanos(1), Duration.ofNanos(1), Duration.ofHours(24), Duration.ofHours(1));

  @TempDir private Path folder;

  @Test
  void everyRowAnswersAsTheTableSays() throws Exception {
    try (var installation = new Installation()) {
      ApiKey known = installation.mint();
      ApiKey revoked = installation.mint();
      installation.revoke(revoked);
      var node = installation.node(Installation.Plan.of(folder.resolve("snapshot")).with(NO_MEMORY));
      Installation.await(Duration.ofSeconds(10), node.stores::indexInForce);
      // In Redis, and in the tables, but in no snapshot.
      ApiKey later = installation.mint();
      Installation.await(Duration.ofSeconds(5), () -> entitled(node, later));
      Installation.await(Duration.ofSeconds(5), () -> entitled(node, later) && node.asked(Layer.REDIS) > 0);
      entitled(node, known);
      ApiKey unknown = Installation.strange();

      Map<String, ApiKey> keys = Map.of("known", known, "revoked", revoked, "later", later, "unknown", unknown);
      check(node, keys, "all up", "known=entitled later=entitled revoked=REVOKED unknown=UNKNOWN");

      installation.redisProxy.fault(Fault.RESET);
      check(node, keys, "Redis down", "known=entitled later=entitled revoked=REVOKED unknown=UNKNOWN");
      long before = node.asked(Layer.SNAPSHOT);
      entitled(node, known);
      assertThat(node.asked(Layer.SNAPSHOT)).as("the snapshot answers before PostgreSQL").isGreaterThan(before);

      installation.redisProxy.fault(Fault.NONE);
      Installation.await(Duration.ofSeconds(5), () -> redisAnswers(node, known));
      installation.postgresProxy.fault(Fault.RESET);
      Installation.await(Duration.ofSeconds(5), () -> !node.stores.indexInForce());
      check(node, keys, "PostgreSQL down", "known=entitled later=entitled revoked=REVOKED unknown=unavailable");

      installation.redisProxy.fault(Fault.RESET);
      check(node, keys, "both down", "known=entitled later=entitled revoked=REVOKED unknown=unavailable");
      assertThat(node.stores.standing().source()).isEqualTo(KeyStores.Source.SNAPSHOT);

      var bare = installation.node(Installation.Plan.of(folder.resolve("none")).with(NO_MEMORY));
      Installation.await(Duration.ofSeconds(5), () -> bare.stores.standing().source() == KeyStores.Source.FAIL_MODE);
      check(bare, keys, "all down", "known=unavailable later=unavailable revoked=unavailable unknown=unavailable");
    }
  }

  private static boolean redisAnswers(Installation.Node node, ApiKey key) {
    long tables = node.asked(Layer.POSTGRESQL);
    long snapshot = node.asked(Layer.SNAPSHOT);
    return entitled(node, key) && node.asked(Layer.POSTGRESQL) == tables && node.asked(Layer.SNAPSHOT) == snapshot;
  }

  private static boolean entitled(Installation.Node node, ApiKey key) {
    return word(node, key).equals("entitled");
  }

  private static void check(Installation.Node node, Map<String, ApiKey> keys, String row, String expected) {
    var words = new StringBuilder();
    for (String name : List.of("known", "later", "revoked", "unknown")) {
      words.append(words.isEmpty() ? "" : " ").append(name).append('=').append(word(node, keys.get(name)));
    }
    assertThat(words.toString()).as(row).isEqualTo(expected);
  }

  private static String word(Installation.Node node, ApiKey key) {
    try {
      return switch (node.route(key)) {
        case RouteDecision.Entitled entitled -> "entitled";
        case RouteDecision.Denied denied -> denied.reason().name();
        case RouteDecision.Unavailable unavailable -> "unavailable";
        case RouteDecision.Busy busy -> "busy";
        case RouteDecision.Pending pending -> "pending";
      };
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
