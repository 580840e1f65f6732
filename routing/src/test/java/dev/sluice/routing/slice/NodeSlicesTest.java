// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.slice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.routing.slice.SliceTable.Claim;
import dev.sluice.routing.slice.SliceTable.Lease;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Nodes that claim from one table in virtual time, over lost requests, lost replies and lost data. */
class NodeSlicesTest {
  private static final long PERIOD_MILLIS = 250;
  private static final long LIFE_MILLIS = 90_000;
  private static final long SETTLING_MILLIS = 1_050;
  private static final long CAPACITY = 48;

  private final MemoryTable table = new MemoryTable(LIFE_MILLIS, SETTLING_MILLIS);
  private long nowMillis = 1_000_000;

  private final class Node {
    private final String name;
    private final NodeSlices slices;
    private long busy;
    private long wanted;
    private long weight = 1;
    private boolean cut;

    private Node(String name, int expectedNodes) {
      this.name = name;
      this.slices =
          new NodeSlices(
              new NodeSlices.Bounds(name, expectedNodes, Duration.ofMillis(LIFE_MILLIS), Duration.ofMillis(SETTLING_MILLIS)), nowNanos());
    }

    private long part() {
      return slices.grants().stream().mapToLong(Grant::part).sum();
    }

    private long using() {
      return Math.max(part(), busy);
    }

    /** One claim, and one more if the others wait for it. */
    private void beat(boolean replyLost) {
      if (once(replyLost)) {
        once(false);
      }
    }

    private boolean once(boolean replyLost) {
      long demand = wanted > busy ? CAPACITY : busy + 1;
      List<Claim> claims = slices.claims(List.of(new Need("places", CAPACITY, busy, demand, weight)), nowNanos());
      if (cut) {
        slices.cutOff(nowNanos());
        return false;
      }
      List<Lease> leases = table.claim(name, claims, nowMillis);
      if (replyLost) {
        slices.cutOff(nowNanos());
        return false;
      }
      return slices.leased(leases, nowNanos());
    }

    /** Starts what fits, ends what is wanted no more. */
    private void work() {
      busy = wanted > busy ? Math.max(busy, Math.min(wanted, part())) : wanted;
    }
  }

  private long nowNanos() {
    return nowMillis * 1_000_000;
  }

  private List<Node> nodes(int count) {
    List<Node> nodes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      nodes.add(new Node("node-" + i, count));
    }
    return nodes;
  }

  private void pass(List<Node> nodes, long millis) {
    for (long end = nowMillis + millis; nowMillis < end; nowMillis += PERIOD_MILLIS) {
      nodes.forEach(node -> node.beat(false));
      nodes.forEach(Node::work);
    }
  }

  private static long using(List<Node> nodes) {
    return nodes.stream().mapToLong(Node::using).sum();
  }

  private static long busy(List<Node> nodes) {
    return nodes.stream().mapToLong(node -> node.busy).sum();
  }

  @Test
  void oneNodeHasAll() {
    List<Node> nodes = nodes(1);
    pass(nodes, PERIOD_MILLIS);
    assertThat(nodes.get(0).part()).isEqualTo(CAPACITY);
  }

  @Test
  void capacityGoesWhereItIsUsedWithinThreePeriods() {
    List<Node> nodes = nodes(3);
    nodes.get(0).wanted = 1_000;
    pass(nodes, 2_000);
    assertThat(nodes.get(0).part()).isGreaterThanOrEqualTo(CAPACITY - 4);
    nodes.get(1).wanted = 1_000;
    nodes.get(0).wanted = 30;
    pass(nodes, 3 * PERIOD_MILLIS);
    assertThat(nodes.get(1).busy).isGreaterThanOrEqualTo(CAPACITY - 32 - 2);
    assertThat(busy(nodes)).isBetween(CAPACITY - 4, CAPACITY);
  }

  @Test
  void nodesThatWantMoreShareByWeight() {
    List<Node> nodes = nodes(2);
    nodes.forEach(node -> node.wanted = 1_000);
    nodes.get(0).weight = 16;
    nodes.get(1).weight = 4;
    pass(nodes, 2_000);
    nodes.get(0).wanted = 38; // ends, so that places change hands
    pass(nodes, 2_000);
    nodes.get(0).wanted = 1_000;
    pass(nodes, 2_000);
    assertThat(nodes.get(0).part()).isBetween(37L, 39L);
  }

  @Test
  void aSplitLeavesEverybodyWithItsLastPart() {
    List<Node> nodes = nodes(3);
    nodes.forEach(node -> node.wanted = 1_000);
    nodes.get(0).wanted = 40;
    pass(nodes, 2_000);
    List<Long> before = nodes.stream().map(Node::part).toList();
    nodes.forEach(node -> node.cut = true);
    pass(nodes, 60_000);
    assertThat(nodes.stream().map(Node::part).toList()).isEqualTo(before);
    assertThat(using(nodes)).isLessThanOrEqualTo(CAPACITY);
    nodes.forEach(node -> node.cut = false);
    pass(nodes, 2 * PERIOD_MILLIS);
    assertThat(using(nodes)).isLessThanOrEqualTo(CAPACITY);
  }

  @Test
  void whoIsAloneForLongTakesAnEvenPart() {
    List<Node> nodes = nodes(3);
    nodes.get(0).wanted = 1_000;
    pass(nodes, 2_000);
    nodes.get(0).wanted = 0;
    nodes.get(1).wanted = 1_000;
    nodes.forEach(node -> node.cut = true);
    pass(nodes, LIFE_MILLIS + 1_000);
    assertThat(nodes.get(0).part()).isEqualTo(CAPACITY / 3);
    assertThat(nodes.get(1).part()).isLessThan(4);
    pass(nodes, LIFE_MILLIS);
    assertThat(nodes.get(1).part()).isEqualTo(CAPACITY / 3);
  }

  @Test
  void aNodeThatNeverHeardOfOthersTakesItsPartOfThoseExpected() {
    List<Node> nodes = nodes(4);
    nodes.forEach(node -> node.cut = true);
    pass(nodes, 1_000);
    assertThat(nodes).allSatisfy(node -> assertThat(node.part()).isEqualTo(CAPACITY / 4));
  }

  @Test
  void aNodeThatIsGoneLeavesItsPartToTheOthersInTheEnd() {
    List<Node> nodes = nodes(2);
    nodes.forEach(node -> node.wanted = 1_000);
    pass(nodes, 2_000);
    List<Node> left = nodes.subList(0, 1);
    pass(left, LIFE_MILLIS - 3_000);
    assertThat(left.get(0).part()).isEqualTo(CAPACITY / 2);
    pass(left, 5_000);
    assertThat(left.get(0).part()).isEqualTo(CAPACITY);
  }

  /** Whatever is lost, nodes that go on together never use more than there is. */
  @Test
  void partsNeverAddUpToMoreThanThereIs() {
    long worst = 0;
    for (int seed = 0; seed < 60; seed++) {
      var random = new SplittableRandom(seed);
      List<Node> nodes = nodes(random.nextInt(2, 6));
      pass(nodes, 1_000);
      for (int step = 0; step < 2_000; step++) {
        nowMillis += random.nextLong(1, 2 * PERIOD_MILLIS);
        Node node = nodes.get(random.nextInt(nodes.size()));
        switch (random.nextInt(20)) {
          case 0 -> node.cut = !node.cut;
          case 1 -> nodes.forEach(each -> each.cut = false);
          case 2 -> {
            // Who is away just then is not heard of in time.
            if (nodes.stream().noneMatch(each -> each.cut)) {
              table.lose();
              nodes.forEach(each -> each.beat(random.nextInt(5) == 0));
            }
          }
          case 3, 4, 5 -> node.wanted = random.nextLong(0, 2 * CAPACITY);
          case 6 -> node.weight = random.nextLong(1, 32);
          default -> nodes.forEach(each -> each.beat(random.nextInt(20) == 0));
        }
        // Nobody is away for so long that it counts as gone.
        if (step % 50 == 0) {
          nodes.forEach(each -> each.cut = false);
          nodes.forEach(each -> each.beat(false));
        }
        nodes.forEach(Node::work);
        worst = Math.max(worst, using(nodes));
        assertThat(using(nodes)).as("seed %s, step %s", seed, step).isLessThanOrEqualTo(CAPACITY);
      }
    }
    System.out.println("figure: capacity: units in use of " + CAPACITY + " over lost replies and data, at worst | " + worst + " | <= " + CAPACITY + " | " + (worst <= CAPACITY ? "pass" : "short") + " | NodeSlicesTest");
  }
}
