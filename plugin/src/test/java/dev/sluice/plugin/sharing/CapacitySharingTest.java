// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.sharing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.plugin.sharing.SharedNode.Together;
import dev.sluice.plugin.sharing.SharedNode.Work;
import dev.sluice.routing.servers.RedisServer;
import dev.sluice.routing.servers.TcpProxy;
import dev.sluice.routing.slice.SliceDesk;
import dev.sluice.scheduler.AccountLimits;
import dev.sluice.scheduler.LaneConfig;
import dev.sluice.scheduler.Policy;
import dev.sluice.scheduler.SchedulerConfig;
import dev.sluice.scheduler.simulation.Setup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Schedulers that share the capacity of one provider over a real Redis, which comes and goes. */
class CapacitySharingTest {
  private static final int PLACES = 48;
  private static final Duration PERIOD = Duration.ofMillis(250);

  /** {@code -Dsharing.split=60} for a split as long as operators see them. */
  private static final Duration SPLIT = Duration.ofSeconds(Integer.getInteger("sharing.split", 1));

  private static final Work WORK = new Work(0, 10, Duration.ofMillis(40));

  private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(1);
  private final Together together = new Together(timer, new AtomicInteger(), new AtomicInteger(), new AtomicLong());
  private final List<SharedNode> nodes = new ArrayList<>();
  private static RedisServer redis;

  /** Each test has a group of its own. */
  private final String group = UUID.randomUUID().toString();
  private TcpProxy proxy;

  @BeforeAll
  static void startRedis() throws Exception {
    redis = RedisServer.start();
  }

  @AfterAll
  static void stopRedis() throws Exception {
    redis.close();
  }

  @BeforeEach
  void start() throws Exception {
    proxy = TcpProxy.before(redis.port());
  }

  @AfterEach
  void stop() throws Exception {
    nodes.forEach(node -> node.callers(0, WORK));
    nodes.forEach(SharedNode::close);
    timer.shutdownNow();
    proxy.close();
  }

  private static SchedulerConfig config(AccountLimits limits, Duration maxWait) {
    List<LaneConfig> lanes = List.of(lane(4, maxWait), lane(1, maxWait));
    return Setup.of(Policy.HYBRID).withLanes(lanes).withProvider("a", limits).config();
  }

  private static LaneConfig lane(int weight, Duration maxWait) {
    return new LaneConfig(weight, maxWait.toNanos(), Integer.MAX_VALUE, Long.MAX_VALUE);
  }

  private SharedNode node(String name, AccountLimits limits, Duration maxWait) {
    // However busy the machine is, a Redis that answers is not lost.
    SliceDesk.Bounds bounds = new SliceDesk.Bounds(group, name, 3, PERIOD, Duration.ofSeconds(90), Duration.ofMillis(500));
    SharedNode node = new SharedNode(Setup.MODEL, config(limits, maxWait), proxy.port(), bounds, together);
    nodes.add(node);
    return node;
  }

  private void pass(Duration time) throws Exception {
    timer.schedule(() -> {}, time.toNanos(), TimeUnit.NANOSECONDS).get();
  }

  private void until(BooleanSupplier holds) throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(end);
      pass(Duration.ofMillis(5));
    }
  }

  /** The median of places in use, looked at every few milliseconds. */
  private double used(Duration time) throws Exception {
    List<Integer> seen = new ArrayList<>();
    for (long end = System.nanoTime() + time.toNanos(); System.nanoTime() < end; pass(Duration.ofMillis(5))) {
      seen.add(together.inFlight().get());
    }
    Collections.sort(seen);
    return seen.get(seen.size() / 2) / (double) PLACES;
  }

  private static double figure(String name, double value, String bound, boolean holds) {
    System.out.printf(Locale.ROOT, "figure: %s | %.3f | %s | %s | CapacitySharingTest%n", name, value, bound, holds ? "pass" : "short");
    return value;
  }

  private int mostInFlight(Duration time) throws Exception {
    together.most().set(together.inFlight().get());
    pass(time);
    return together.most().get();
  }

  @Test
  void nodesTogetherUseWhatThereIsAndNoMoreOverASplit() throws Exception {
    for (String name : List.of("a", "b", "c")) {
      node(name, Setup.limits(100_000_000, PLACES), Duration.ofSeconds(20)).callers(40, WORK);
    }
    until(() -> nodes.stream().allMatch(node -> node.places() == PLACES / 3));
    double even = used(PERIOD);
    nodes.get(0).callers(80, WORK);
    nodes.get(1).callers(1, WORK);
    nodes.get(2).callers(1, WORK);
    until(() -> nodes.get(0).places() >= PLACES - 4);
    double skewed = used(PERIOD);
    int before = together.most().get();
    nodes.forEach(node -> node.callers(80, WORK));
    until(() -> nodes.stream().allMatch(node -> node.places() == PLACES / 3));

    proxy.fault(TcpProxy.Fault.BLACKHOLE);
    int during = mostInFlight(SPLIT);
    assertThat(nodes).noneMatch(SharedNode::connected);
    double split = used(PERIOD);
    proxy.fault(TcpProxy.Fault.RESET);
    pass(PERIOD);
    proxy.fault(TcpProxy.Fault.NONE);
    until(() -> nodes.stream().allMatch(SharedNode::connected));
    int after = mostInFlight(PERIOD.multipliedBy(6));

    assertThat(figure("capacity: part of places in use, three nodes with work", even, ">= 0.900", even >= 0.9)).isGreaterThanOrEqualTo(0.9);
    assertThat(figure("capacity: part of places in use, one of three nodes with work", skewed, ">= 0.900", skewed >= 0.9)).isGreaterThanOrEqualTo(0.9);
    assertThat(figure("capacity: part of places in use over a split", split, ">= 0.900", split >= 0.9)).isGreaterThanOrEqualTo(0.9);
    assertThat(figure("capacity: most in flight of 48, three nodes", before, "<= 51", before <= PLACES + 3)).isLessThanOrEqualTo(PLACES + 3);
    assertThat(figure("capacity: most in flight of 48 over a split of " + SPLIT.toSeconds() + " s", during, "<= 51", during <= PLACES + 3)).isLessThanOrEqualTo(PLACES + 3);
    assertThat(figure("capacity: most in flight of 48 after the split", after, "<= 50.4", after <= PLACES * 1.05)).isLessThanOrEqualTo((int) (PLACES * 1.05));
  }

  /** While another has all of it, a node's forecasts go by what it is about to get. */
  @Test
  void aBurstAtAnIdleNodeIsServedAndNotRefused() throws Exception {
    Work slow = new Work(0, 10, Duration.ofMillis(200));
    SharedNode busy = node("a", Setup.limits(100_000_000, PLACES), Duration.ofSeconds(20));
    SharedNode idle = node("b", Setup.limits(100_000_000, PLACES), Duration.ofSeconds(2));
    busy.callers(200, slow);
    until(() -> idle.places() <= 2);
    long begun = System.nanoTime();
    idle.callers(20, slow);
    until(() -> idle.places() >= 20);
    double seconds = (System.nanoTime() - begun) / 1e9;
    pass(Duration.ofSeconds(1));

    assertThat(figure("capacity: seconds until an idle node's places are back", seconds, "<= 1", seconds <= 1)).isLessThanOrEqualTo(6);
    assertThat(figure("capacity: refused at an idle node that was short of places", idle.refused(), "= 0", idle.refused() == 0)).isZero();
  }

  @Test
  void ratesAreDividedAsWell() throws Exception {
    long rate = 10_000;
    Work work = new Work(1, 100, Duration.ofMillis(10));
    SharedNode one = node("a", Setup.limits(rate, 10_000), Duration.ofSeconds(40));
    SharedNode other = node("b", Setup.limits(rate, 10_000), Duration.ofSeconds(40));
    one.callers(60, work);
    other.callers(60, work);
    pass(Duration.ofMillis(1500)); // the first second's worth is a burst
    double both = rate(Duration.ofSeconds(1)) / rate;
    other.callers(0, work);
    pass(Duration.ofSeconds(4)); // those who wait there are served first, and then it is still known for a while
    double alone = rate(Duration.ofSeconds(1)) / rate;

    assertThat(figure("capacity: tokens per second used by two nodes, of the rate", both, ">= 0.92", both >= 0.92 && both <= 1.02)).isBetween(0.9, 1.05);
    assertThat(figure("capacity: tokens per second used by one of two nodes, of the rate", alone, ">= 0.92", alone >= 0.92 && alone <= 1.02)).isBetween(0.9, 1.05);
  }

  private double rate(Duration time) throws Exception {
    long tokens = together.tokens().get();
    long begun = System.nanoTime();
    pass(time);
    return (together.tokens().get() - tokens) / ((System.nanoTime() - begun) / 1e9);
  }

  @Test
  void moreImportantWorkElsewhereGetsMore() throws Exception {
    SharedNode important = node("a", Setup.limits(100_000_000, PLACES), Duration.ofSeconds(40));
    SharedNode other = node("b", Setup.limits(100_000_000, PLACES), Duration.ofSeconds(40));
    other.callers(100, new Work(1, 10, Duration.ofMillis(40)));
    important.callers(100, WORK);
    until(() -> important.places() == 38 && other.places() == 10);
  }

  @Test
  void aNodeThatComesBackUnderItsNameHasItsPartAtOnce() throws Exception {
    SharedNode crashing = node("a", Setup.limits(100_000_000, PLACES), Duration.ofSeconds(20));
    SharedNode living = node("b", Setup.limits(100_000_000, PLACES), Duration.ofSeconds(20));
    until(() -> crashing.places() == PLACES / 2 && living.places() == PLACES / 2);
    crashing.crash();
    SharedNode again = node("a", Setup.limits(100_000_000, PLACES), Duration.ofSeconds(20));
    until(() -> again.places() == PLACES / 2);
    again.close();
    until(() -> living.places() == PLACES);
  }

  @Test
  void twoNodesOfOneNameDoNotTakeThePartForTheSame() throws Exception {
    SharedNode one = node("a", Setup.limits(100_000_000, PLACES), Duration.ofSeconds(20));
    SharedNode other = node("a", Setup.limits(100_000_000, PLACES), Duration.ofSeconds(20));
    until(() -> one.places() + other.places() == PLACES && one.places() > 1 && other.places() > 1);
    until(() -> one.news().contains("renamed") || other.news().contains("renamed"));
  }

  @Test
  void aNodeWithoutRedisTakesThePartOfThoseExpected() throws Exception {
    proxy.fault(TcpProxy.Fault.BLACKHOLE);
    SharedNode alone = node("a", Setup.limits(100_000_000, PLACES), Duration.ofSeconds(20));
    assertThat(alone.places()).isEqualTo(PLACES / 3);
    assertThat(alone.connected()).isFalse();
  }

  @Test
  void anEmptyRedisLearnsFromItsNodesWhatTheyHave() throws Exception {
    for (String name : List.of("a", "b", "c")) {
      node(name, Setup.limits(100_000_000, PLACES), Duration.ofSeconds(20)).callers(40, WORK);
    }
    pass(Duration.ofSeconds(1));
    RedisServer empty = RedisServer.start();
    try {
      together.most().set(0);
      proxy.lead(empty.port());
      until(() -> nodes.stream().allMatch(SharedNode::connected));
      int most = mostInFlight(PERIOD.multipliedBy(8));
      assertThat(figure("capacity: most in flight of 48 after Redis lost its data", most, "<= 50.4", most <= PLACES * 1.05)).isLessThanOrEqualTo((int) (PLACES * 1.05));
    } finally {
      empty.close();
    }
  }
}
