// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.charge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.plugin.charge.Charges.Opened;
import dev.sluice.routing.Entitlement;
import dev.sluice.routing.KeyStatus;
import dev.sluice.routing.Terms;
import dev.sluice.routing.Traits;
import dev.sluice.routing.price.Price;
import dev.sluice.routing.price.PriceTable;
import dev.sluice.routing.quota.Quota;
import dev.sluice.routing.quota.QuotaAlert;
import dev.sluice.routing.quota.QuotaBook;
import dev.sluice.routing.quota.QuotaKind;
import dev.sluice.routing.quota.QuotaListener;
import dev.sluice.routing.quota.QuotaScope;
import dev.sluice.routing.quota.QuotaTree;
import dev.sluice.routing.quota.QuotaUnit;
import dev.sluice.routing.quota.QuotaWindow;
import dev.sluice.routing.usage.UsageRow;
import dev.sluice.scheduler.Decision;
import dev.sluice.scheduler.EvictReason;
import dev.sluice.scheduler.Lease;
import dev.sluice.scheduler.LeaseEnd;
import dev.sluice.scheduler.Policy;
import dev.sluice.scheduler.Scheduler;
import dev.sluice.scheduler.SchedulerListener;
import dev.sluice.scheduler.Ticket;
import dev.sluice.scheduler.TokenCost;
import dev.sluice.scheduler.WaitListener;
import dev.sluice.scheduler.WorkRequest;
import dev.sluice.scheduler.simulation.FakeClock;
import dev.sluice.scheduler.simulation.Setup;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ChargesTest {
  private static final Price PRICE = new Price(BigDecimal.ONE, BigDecimal.ONE, BigDecimal.TWO);
  private static final InstantSource WALL = InstantSource.fixed(Instant.parse("2026-11-24T12:00:00Z"));

  private final FakeClock clock = new FakeClock();
  private final List<UsageRow> rows = new ArrayList<>();

  private static Quota quota(String id, QuotaUnit unit, long amount) {
    var window = new QuotaWindow(QuotaWindow.Calendar.MONTH, ZoneOffset.UTC, 1);
    return new Quota(id, QuotaScope.ACCOUNT, "acme", QuotaKind.HARD, unit, BigDecimal.valueOf(amount), window, Optional.empty(), QuotaAlert.DEFAULT);
  }

  private QuotaBook book(Quota... quotas) {
    return new QuotaBook(QuotaTree.of(List.of(quotas)), WALL, clock::read, Duration.ofHours(10), QuotaListener.NONE);
  }

  private Charges charges(QuotaBook book) {
    PriceTable prices = PriceTable.of("USD", List.of(new PriceTable.Entry("*", "*", PRICE)));
    return new Charges(book, new KeyRates(clock, 1000), () -> prices, Optional.of(rows::add), new Charges.Clocks(clock, WALL));
  }

  private static Entitlement bearer(Terms terms) {
    return new Entitlement("key-1", "acme", Traits.NONE, terms, Set.of(), Set.of(), Optional.empty(), KeyStatus.ACTIVE);
  }

  private static Terms rate(long tokens, int requests) {
    return new Terms(
        OptionalInt.empty(), OptionalDouble.empty(), OptionalLong.of(tokens), OptionalInt.of(requests), OptionalInt.empty(), Optional.empty(), Optional.empty());
  }

  private static Charges.Wish wish(Terms terms, long input, long output) {
    return new Charges.Wish(bearer(terms), "llama", List.of("a"), new TokenCost(input, output));
  }

  private static Opened open(Charges charges, Charges.Wish wish) {
    List<Opened> heard = new ArrayList<>();
    charges.open(wish, heard::add);
    assertThat(heard).hasSize(1);
    return heard.getFirst();
  }

  /** Does with its charge what a passage does. */
  private final class Request implements WaitListener {
    private final Charges charges;
    private final Charge charge;
    private final List<Lease> leases;
    private Optional<Ticket> ticket = Optional.empty();
    private boolean over;

    Request(Charges charges, Charge charge, List<Lease> leases) {
      this.charges = charges;
      this.charge = charge;
      this.leases = leases;
    }

    void decided(Decision decision) {
      switch (decision) {
        case Decision.Admitted admitted -> dispatched(admitted.lease());
        case Decision.Queued queued -> ticket = Optional.of(queued.ticket());
        case Decision.Rejected rejected -> end();
      }
    }

    private void end() {
      over = true;
      assertThat(charge.cancel()).as("ends once").isTrue();
    }

    @Override
    public void dispatched(Lease lease) {
      over = true;
      charges.enter(lease, charge);
      charge.named("lease-" + System.identityHashCode(lease));
      leases.add(lease);
    }

    @Override
    public void evicted(EvictReason reason, long retryAfterNanos) {
      end();
    }
  }

  @Test
  void whateverHappensToARequestItsChargeEndsOnceAndQuotasHoldWhatLeasesUsed() {
    long seed = new SplittableRandom().nextLong();
    System.out.println("seed: " + seed);
    var random = new SplittableRandom(seed);
    QuotaBook book = book(quota("tokens", QuotaUnit.TOKENS, 400_000), quota("requests", QuotaUnit.REQUESTS, 1_000_000), quota("money", QuotaUnit.MONEY, 1_000));
    Charges charges = charges(book);
    long[] used = new long[3];
    int[] ends = new int[LeaseEnd.values().length];
    var listener =
        new SchedulerListener() {
          @Override
          public void leaseEnded(Lease lease, LeaseEnd end, TokenCost actual) {
            charges.ended(lease, end, actual);
            charges.ended(lease, end, actual);
            ends[end.ordinal()]++;
            used[0] += actual.total();
            used[1] += actual.total() > 0 ? 1 : 0;
            used[2] += actual.inputTokens() + 2 * actual.outputTokens();
          }

          @Override
          public void callbackFailed(Throwable failure) {
            throw new AssertionError(failure);
          }
        };
    Setup setup = Setup.of(Policy.HYBRID).withProvider("a", Setup.limits(2_000, 8)).withBounds(20, Long.MAX_VALUE, 20).withDisplacement();
    Scheduler scheduler = new Scheduler(setup.config(), clock, clock, listener);
    List<Lease> leases = new ArrayList<>();
    List<Request> requests = new ArrayList<>();
    int usedUp = 0;
    int operations = 30_000;
    for (int i = 0; i < operations; i++) {
      switch (random.nextInt(8)) {
        case 0, 1, 2 -> {
          Charges.Wish wish = wish(Terms.NONE, random.nextLong(500), random.nextLong(200));
          switch (open(charges, wish)) {
            case Opened.Charged charged -> {
              var request = new Request(charges, charged.charge(), leases);
              requests.add(request);
              long patience = random.nextInt(3) == 0 ? random.nextLong(3 * Setup.SECOND) : Long.MAX_VALUE;
              var work = new WorkRequest("acme", random.nextInt(3), wish.estimate(), wish.estimate().outputTokens(), 10, patience, Set.of());
              request.decided(scheduler.submit(Setup.MODEL, work, request));
            }
            case Opened.QuotaUsedUp full -> usedUp++;
            case Opened.TooFast tooFast -> throw new AssertionError("no rate");
            case Opened.Unknown unknown -> throw new AssertionError("a book always knows");
          }
        }
        case 3, 4 -> {
          if (!leases.isEmpty()) {
            leases.remove(random.nextInt(leases.size())).settle(new TokenCost(random.nextLong(500), random.nextLong(200)));
          }
        }
        case 5 -> {
          if (!leases.isEmpty()) {
            Lease lease = leases.get(random.nextInt(leases.size()));
            lease.cancel();
            if (random.nextBoolean()) {
              lease.settle(new TokenCost(1, 1));
            }
          }
        }
        case 6 -> {
          if (!requests.isEmpty()) {
            Request request = requests.get(random.nextInt(requests.size()));
            if (!request.over) {
              request.ticket.ifPresent(Ticket::cancel);
            }
          }
        }
        default -> clock.advanceNanos(random.nextLong(random.nextInt(50) == 0 ? 40 * Setup.SECOND : Setup.SECOND / 4));
      }
    }
    scheduler.drain();
    clock.advanceNanos(1_000 * Setup.SECOND);
    assertThat(requests).as("seed %d", seed).allMatch(request -> request.over);
    assertThat(charges.held()).isZero();
    // Whatever ended twice or never shows in the book, which counts for itself.
    long wrong = book.open() + Math.abs(book.used("requests") - used[1]) + Math.abs(rows.stream().filter(row -> row.inputTokens() + row.outputTokens() > 0).count() - used[1]);
    System.out.println("figure: quotas: charges that did not end exactly once in random lives | " + wrong + " | = 0 | " + (wrong == 0 ? "pass" : "short") + " | ChargesTest");
    assertThat(wrong).as("seed %d", seed).isZero();
    assertThat(new long[] {book.used("tokens"), book.used("requests"), book.used("money")}).as("seed %d", seed).containsExactly(used);
    assertThat(rows.stream().mapToLong(row -> row.inputTokens() + row.outputTokens()).sum()).isEqualTo(used[0]);
    assertThat(ends).doesNotContain(0);
    assertThat(usedUp).as("the quota was reached").isPositive();
  }

  @Test
  void aLeaseThatExpiredBeforeItWasEnteredIsChargedItsEstimate() {
    QuotaBook book = book(quota("tokens", QuotaUnit.TOKENS, 1_000));
    Charges charges = charges(book);
    Scheduler scheduler =
        new Scheduler(Setup.of(Policy.HYBRID).withProvider("a", Setup.limits(2_000, 8)).config(), clock, clock, SchedulerListener.NONE);
    Charge charge = ((Opened.Charged) open(charges, wish(Terms.NONE, 100, 0))).charge();
    Lease lease = ((Decision.Admitted) scheduler.submit(Setup.MODEL, Setup.request(0, "acme", 100), new Request(charges, charge, List.of()))).lease();
    clock.advanceNanos(1_000 * Setup.SECOND);
    charges.enter(lease, charge);
    assertThat(charges.held()).isZero();
    assertThat(book.used("tokens")).isEqualTo(100);
    assertThat(charge.cancel()).isFalse();
  }

  @Test
  void aUsedUpQuotaTellsWhenItRenewsAndTakesNothingOfTheKeysRate() {
    Charges charges = charges(book(quota("tokens", QuotaUnit.TOKENS, 100)));
    Terms terms = rate(1_000, 2);
    assertThat(open(charges, wish(terms, 101, 0)))
        .isInstanceOfSatisfying(Opened.QuotaUsedUp.class, full -> assertThat(full.resetsIn()).isEqualTo(Duration.ofHours(6 * 24 + 12)));
    assertThat(open(charges, wish(terms, 50, 0))).isInstanceOf(Opened.Charged.class);
    assertThat(open(charges, wish(terms, 50, 0))).isInstanceOf(Opened.Charged.class);
    assertThat(open(charges, wish(terms, 0, 0))).isInstanceOfSatisfying(Opened.TooFast.class, slow -> assertThat(slow.retryNanos()).isEqualTo(500_000_000L));
  }

  @Test
  void aKeysRateIsGivenBackByWhatIsCancelledAndCorrectedByWhatIsSettled() {
    Charges charges = charges(book());
    Terms terms = rate(100, 10);
    Charge cancelled = ((Opened.Charged) open(charges, wish(terms, 100, 0))).charge();
    assertThat(open(charges, wish(terms, 1, 0))).isInstanceOf(Opened.TooFast.class);
    cancelled.cancel();
    Charge settled = ((Opened.Charged) open(charges, wish(terms, 100, 0))).charge();
    Scheduler scheduler =
        new Scheduler(Setup.of(Policy.HYBRID).withProvider("a", Setup.limits(2_000, 8)).config(), clock, clock, SchedulerListener.NONE);
    Lease lease = ((Decision.Admitted) scheduler.submit(Setup.MODEL, Setup.request(0, "acme", 100), new Request(charges, settled, List.of()))).lease();
    charges.enter(lease, settled);
    charges.ended(lease, LeaseEnd.SETTLED, new TokenCost(30, 0));
    assertThat(open(charges, wish(terms, 71, 0))).isInstanceOf(Opened.TooFast.class);
    assertThat(open(charges, wish(terms, 70, 0))).isInstanceOf(Opened.Charged.class);
    clock.advanceNanos(Setup.SECOND);
    assertThat(open(charges, wish(terms, 1_000, 0))).as("a large one starts when the bucket is full").isInstanceOf(Opened.Charged.class);
  }

  @Test
  void tokensFromTheProvidersCacheCostWhatTheyDo() {
    PriceTable prices = PriceTable.of("USD", List.of(new PriceTable.Entry("*", "*", new Price(BigDecimal.ONE, new BigDecimal("0.1"), BigDecimal.TWO))));
    QuotaBook book = book(quota("money", QuotaUnit.MONEY, 1));
    var charges = new Charges(book, new KeyRates(clock, 10), () -> prices, Optional.of(rows::add), new Charges.Clocks(clock, WALL));
    Charge charge = ((Opened.Charged) open(charges, wish(Terms.NONE, 100, 10))).charge();
    assertThat(book.used("money")).isEqualTo(120);
    Scheduler scheduler =
        new Scheduler(Setup.of(Policy.HYBRID).withProvider("a", Setup.limits(2_000, 8)).config(), clock, clock, SchedulerListener.NONE);
    Lease lease = ((Decision.Admitted) scheduler.submit(Setup.MODEL, Setup.request(0, "acme", 100), new Request(charges, charge, List.of()))).lease();
    charges.enter(lease, charge);
    charge.named("lease-1");
    charge.cached(50);
    charges.ended(lease, LeaseEnd.SETTLED, new TokenCost(100, 10));
    assertThat(book.used("money")).isEqualTo(75);
    assertThat(rows).singleElement().satisfies(row -> {
      assertThat(row.cachedTokens()).isEqualTo(50);
      assertThat(row.cost()).isEqualByComparingTo("0.000075");
      assertThat(row.lease()).isEqualTo("lease-1");
    });
  }

  @Test
  void nothingIsCountedForBearersWithoutQuotaRateAndUsage() {
    Charges charges =
        new Charges(book(quota("tokens", QuotaUnit.TOKENS, 1)), new KeyRates(clock, 10), () -> PriceTable.NONE, Optional.empty(), new Charges.Clocks(clock, WALL));
    Entitlement other = new Entitlement("key-2", "other", Traits.NONE, Terms.NONE, Set.of(), Set.of(), Optional.empty(), KeyStatus.ACTIVE);
    assertThat(charges.free(other)).isTrue();
    assertThat(charges.free(bearer(Terms.NONE))).isFalse();
  }
}
