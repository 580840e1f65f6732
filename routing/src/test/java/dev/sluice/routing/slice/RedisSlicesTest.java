// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.slice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.routing.redis.RedisLink;
import dev.sluice.routing.servers.RedisServer;
import dev.sluice.routing.slice.SliceTable.Claim;
import dev.sluice.routing.slice.SliceTable.Lease;
import dev.sluice.routing.slice.SliceTable.Peer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RedisSlicesTest {
  /** Nobody is silent for so long, and what is lost is not looked for by time here. */
  private static final Duration LONG = Duration.ofHours(1);

  private static final RedisSlices.Bounds BOUNDS = new RedisSlices.Bounds("g", LONG, Duration.ZERO, Duration.ofSeconds(10));

  private static List<Lease> sorted(List<Lease> leases) {
    return leases.stream()
        .map(lease -> new Lease(lease.name(), lease.part(), lease.peers().stream().sorted(Comparator.comparing(Peer::node)).toList()))
        .toList();
  }

  @Test
  void theScriptDoesWhatTheTableInMemoryDoes() throws Exception {
    var random = new SplittableRandom(7);
    var memory = new MemoryTable(LONG.toMillis(), 0);
    int unlike = 0;
    try (RedisServer server = RedisServer.start();
        RedisLink link = RedisLink.open("redis://127.0.0.1:" + server.port(), Optional.empty())) {
      List<RedisSlices> nodes = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        nodes.add(new RedisSlices(link, "node-" + i, BOUNDS, name -> {}));
      }
      for (int step = 0; step < 1_000; step++) {
        int node = random.nextInt(nodes.size());
        List<Claim> claims = new ArrayList<>();
        for (String name : List.of("places|m|a", "rates|m|a", "places|Ünïcode/m:1|b")) {
          long capacity = name.startsWith("rates") ? 1_000_000 : 1 + random.nextLong(60);
          Need need = new Need(name, capacity, 0, random.nextLong(2 * capacity), 1 + random.nextLong(31));
          claims.add(new Claim(need, random.nextLong(capacity), 1 + random.nextLong(capacity)));
        }
        List<Lease> expected = sorted(memory.claim("node-" + node, claims, 1_000));
        unlike += sorted(nodes.get(node).claim(claims)).equals(expected) ? 0 : 1;
      }
      nodes.forEach(RedisSlices::close);
    }
    System.out.println("figure: capacity: claims in Redis unlike the oracle's, of 1000 | " + unlike + " | = 0 | " + (unlike == 0 ? "pass" : "short") + " | RedisSlicesTest");
    assertThat(unlike).isZero();
  }

  @Test
  void whoLeavesIsCountedNoMore() throws Exception {
    try (RedisServer server = RedisServer.start();
        RedisLink link = RedisLink.open("redis://127.0.0.1:" + server.port(), Optional.empty());
        RedisSlices one = new RedisSlices(link, "one", BOUNDS, name -> {});
        RedisSlices other = new RedisSlices(link, "other", BOUNDS, name -> {})) {
      List<Claim> all = List.of(new Claim(new Need("c", 10, 0, 10, 1), 0, 10));
      assertThat(one.claim(all)).containsExactly(new Lease("c", 10, List.of()));
      assertThat(other.claim(all)).containsExactly(new Lease("c", 1, List.of(new Peer("one", 10, 1))));
      one.leave(List.of("c"));
      assertThat(other.claim(all)).containsExactly(new Lease("c", 10, List.of()));
    }
  }

  @Test
  void nothingGrowsForAWhileAfterDataWereLost() throws Exception {
    RedisSlices.Bounds settling = new RedisSlices.Bounds("g", LONG, LONG, Duration.ofSeconds(10));
    try (RedisServer server = RedisServer.start();
        RedisLink link = RedisLink.open("redis://127.0.0.1:" + server.port(), Optional.empty());
        RedisSlices node = new RedisSlices(link, "node", settling, name -> {})) {
      assertThat(node.claim(List.of(new Claim(new Need("c", 10, 0, 10, 1), 4, 10))).get(0).part()).isEqualTo(4);
      assertThat(node.claim(List.of(new Claim(new Need("c", 10, 0, 10, 1), 4, 10))).get(0).part()).isEqualTo(4);
      assertThat(node.claim(List.of(new Claim(new Need("c", 10, 0, 10, 1), 4, 3))).get(0).part()).isEqualTo(3);
    }
  }
}
