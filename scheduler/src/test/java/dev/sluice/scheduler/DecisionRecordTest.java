// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import static dev.sluice.scheduler.simulation.Setup.SECOND;
import static dev.sluice.scheduler.simulation.Setup.limits;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.scheduler.DecisionRecord.Bound;
import dev.sluice.scheduler.DecisionRecord.Outcome;
import dev.sluice.scheduler.DecisionRecord.ProviderVerdict;
import dev.sluice.scheduler.DecisionRecord.Verdict;
import dev.sluice.scheduler.bucket.BucketRules;
import dev.sluice.scheduler.simulation.Desk;
import dev.sluice.scheduler.simulation.Setup;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DecisionRecordTest {
  private static final long SEED = Long.getLong("sluice.seed", 20_261_132L);

  /** Keeps every record, and every comparison with a shadow as {@code lane/shadowLane}. */
  private static final class Keeper implements SchedulerListener {
    private final List<DecisionRecord> records = new ArrayList<>();
    private final List<String> comparisons = new ArrayList<>();

    @Override
    public boolean wantsDecisions() {
      return true;
    }

    @Override
    public void decided(DecisionRecord record, Optional<Lease> lease) {
      records.add(record);
      assertThat(lease.isPresent()).isEqualTo(record.outcome() instanceof Outcome.Admitted);
      lease.ifPresent(granted -> assertThat(granted.cost()).isEqualTo(record.cost()));
    }

    @Override
    public void shadowed(String model, int lane, int shadowLane) {
      comparisons.add(lane + "/" + shadowLane);
    }
  }

  private final Keeper keeper = new Keeper();

  private DecisionRecord last() {
    return keeper.records.getLast();
  }

  private static ProviderVerdict verdict(String provider, Verdict verdict) {
    return new ProviderVerdict(provider, verdict);
  }

  @Test
  void anAdmittedRequestSaysWhereItWentAndWhyNotElsewhere() {
    AccountLimits small = new AccountLimits(1_000, Integer.MAX_VALUE, 9, 50, new LeaseLife(0, 0, SECOND));
    Desk desk = new Desk(
        Setup.of(Policy.STRICT).withProvider("small", small).withProvider("busy", limits(1_000, 1))
            .withProvider("slow", limits(100, 9)).withProvider("a", limits(1_000, 9)).withProvider("b", limits(1_000, 9)),
        keeper);
    desk.submit("first", new WorkRequest("first", 0, new TokenCost(60, 0), 0, 1, Long.MAX_VALUE, Set.of("busy")));
    desk.submit("second", new WorkRequest("second", 0, new TokenCost(90, 0), 0, 1, Long.MAX_VALUE, Set.of("slow")));
    desk.submit("f", new WorkRequest("f", 1, new TokenCost(60, 10), 20, 1, Long.MAX_VALUE, Set.of("small", "busy", "slow", "a")));
    assertThat(last().outcome()).isEqualTo(new Outcome.Admitted("a"));
    assertThat(last().providers()).containsExactly(
        verdict("small", Verdict.CONTEXT), verdict("busy", Verdict.CONCURRENCY), verdict("slow", Verdict.TOKENS),
        verdict("a", Verdict.CHOSEN), verdict("b", Verdict.NOT_ALLOWED));
    assertThat(last()).extracting(DecisionRecord::bound, DecisionRecord::lane, DecisionRecord::flow, DecisionRecord::waitNanos)
        .containsExactly(Bound.NONE, 1, "f", 0L);
    assertThat(last().cost()).isEqualTo(new TokenCost(60, 10));
  }

  @Test
  void aWaiterSaysWhatBoundItAndHowLongItWasToWaitAndDid() {
    Desk desk = new Desk(Setup.of(Policy.STRICT).withProvider("a", limits(1_000, 9)), keeper);
    desk.submit(0, "first", 1_500);
    desk.submit(1, "waits", 400);
    desk.submit(1, "behind", 400);
    assertThat(keeper.records).hasSize(1);
    desk.advanceNanos(3 * SECOND);
    DecisionRecord waited = keeper.records.get(1);
    assertThat(waited.bound()).isEqualTo(Bound.TOKENS);
    assertThat(waited.predictedWaitNanos()).isEqualTo(waited.waitNanos()).isEqualTo(900_000_000L);
    assertThat(waited.outcome()).isEqualTo(new Outcome.Admitted("a"));
    assertThat(keeper.records.get(2).position()).isEqualTo(1);
  }

  @Test
  void refusalsAndEvictionsAreRecordedToo() {
    Desk desk = new Desk(Setup.of(Policy.STRICT).withProvider("a", limits(Long.MAX_VALUE, 1)).withBounds(1, 1_000, 1), keeper);
    desk.submit("elsewhere", new WorkRequest("f", 0, TokenCost.ZERO, 0, 0, 0, Set.of("nobody")));
    assertThat(last().bound()).isEqualTo(Bound.PROVIDERS);
    assertThat(last().outcome()).isEqualTo(new Outcome.Rejected(RejectReason.NO_PROVIDER));
    desk.submit(0, "first", 10);
    desk.submit("waits", new WorkRequest("waits", 0, new TokenCost(10, 0), 0, 1, SECOND, Set.of()));
    desk.submit(0, "full", 10);
    assertThat(last().outcome()).isEqualTo(new Outcome.Rejected(RejectReason.QUEUE_FULL));
    assertThat(last().bound()).isEqualTo(Bound.CONCURRENCY);
    desk.advanceNanos(SECOND);
    assertThat(last().outcome()).isEqualTo(new Outcome.Evicted(EvictReason.TIMEOUT));
    assertThat(last().waitNanos()).isEqualTo(SECOND);
    assertThat(last().providers()).containsExactly(verdict("a", Verdict.CONCURRENCY));
    desk.submit(0, "again", 10);
    desk.scheduler.drain();
    assertThat(last().outcome()).isEqualTo(new Outcome.Evicted(EvictReason.DRAINING));
    desk.submit(0, "late", 10);
    assertThat(last().bound()).isEqualTo(Bound.DRAINING);
  }

  @Test
  void aRequestThatItsBucketDoesNotPayForSaysSo() {
    BucketRules rules = new BucketRules(List.of(1.0, 1.0), List.of(true, true), 0, List.of(0, 0), true, SECOND);
    Desk desk = new Desk(
        Setup.of(Policy.STRICT).withLanes(Collections.nCopies(2, Setup.lane(1))).withProvider("a", limits(1_000, 9)).config().withBuckets(rules),
        keeper);
    desk.submit(1, "first", 500);
    desk.submit(1, "waits", 500);
    desk.advanceNanos(SECOND);
    assertThat(last().bound()).isEqualTo(Bound.BUCKET);
    assertThat(last().waitNanos()).isEqualTo(SECOND);
  }

  /** Every request has one record, and a shadow changes nothing that anyone hears but its own reports. */
  @Test
  void aShadowDecidesNothing() {
    System.out.println("DecisionRecordTest: seed " + SEED);
    Setup setup = Setup.of(Policy.HYBRID).withWeights(4, 2, 1).withProvider("a", limits(2_000, 4)).withProvider("b", limits(500, 9));
    for (Policy shadow : Policy.values()) {
      Keeper alone = new Keeper();
      Keeper shadowed = new Keeper();
      Desk first = new Desk(setup.config(), alone);
      Desk second = new Desk(setup.config().withRules(rules -> rules.withShadow(shadow)), shadowed);
      drive(first);
      drive(second);
      assertThat(second.log).isEqualTo(first.log).hasSizeGreaterThan(1_500);
      assertThat(shadowed.records).isEqualTo(alone.records);
      assertThat(alone.records).hasSize(3_000);
      assertThat(alone.comparisons).isEmpty();
      long differing = shadowed.comparisons.stream().filter(pair -> pair.charAt(0) != pair.charAt(2)).count();
      System.out.printf("DecisionRecordTest: %s beside HYBRID differs in %d of %d starts%n", shadow, differing, shadowed.comparisons.size());
      assertThat(shadowed.comparisons).hasSizeGreaterThan(500);
      assertThat(differing == 0).isEqualTo(shadow == Policy.HYBRID);
    }
  }

  private static void drive(Desk desk) {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 3_000; i++) {
      desk.submit(random.nextInt(3), "f" + random.nextInt(5), random.nextLong(1, 400));
      if (desk.leases.size() > random.nextInt(12)) {
        desk.settleFirst();
      }
      desk.advanceNanos(random.nextLong(0, SECOND / 5));
    }
    desk.scheduler.drain();
  }
}
