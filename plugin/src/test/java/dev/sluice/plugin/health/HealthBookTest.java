// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.routing.store.FailureBreaker;
import dev.sluice.scheduler.AccountLimits;
import dev.sluice.scheduler.Alarm;
import dev.sluice.scheduler.Decision;
import dev.sluice.scheduler.EvictReason;
import dev.sluice.scheduler.LaneConfig;
import dev.sluice.scheduler.LaneRules;
import dev.sluice.scheduler.Lease;
import dev.sluice.scheduler.LeaseLife;
import dev.sluice.scheduler.Policy;
import dev.sluice.scheduler.ProviderAccount;
import dev.sluice.scheduler.QueueBounds;
import dev.sluice.scheduler.Scheduler;
import dev.sluice.scheduler.SchedulerConfig;
import dev.sluice.scheduler.SchedulerListener;
import dev.sluice.scheduler.TokenCost;
import dev.sluice.scheduler.WaitListener;
import dev.sluice.scheduler.WorkRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The book and the scheduler together, in virtual time: three providers of one model, with requests that take half a second. */
class HealthBookTest {
  private static final long MILLI = 1_000_000L;
  private static final long SECOND = 1_000 * MILLI;
  private static final long USUAL = SECOND / 2;
  private static final String MODEL = "m";
  private static final HealthSettings SETTINGS =
      new HealthSettings(
          new FailureBreaker.Settings(20, 5, 50, Duration.ofSeconds(5), Duration.ofSeconds(60), 2),
          Duration.ofSeconds(10),
          3,
          Duration.ofSeconds(1),
          Duration.ofSeconds(1),
          Duration.ofSeconds(60),
          Duration.ofSeconds(5));

  /** Alarms of the scheduler and of the book on one clock. */
  private static final class Clock implements Alarm.Factory {
    private final List<Task> tasks = new ArrayList<>();
    private long nanos;

    private static final class Task implements Alarm {
      private final Runnable task;
      private boolean set;
      private long atNanos;

      private Task(Runnable task) {
        this.task = task;
      }

      @Override
      public void set(long instantNanos) {
        set = true;
        atNanos = instantNanos;
      }

      @Override
      public void clear() {
        set = false;
      }
    }

    @Override
    public Alarm create(Runnable task) {
      Task alarm = new Task(task);
      tasks.add(alarm);
      return alarm;
    }

    void advance(long byNanos) {
      nanos += byNanos;
      for (Task task : List.copyOf(tasks)) {
        if (task.set && nanos - task.atNanos >= 0) {
          task.set = false;
          task.task.run();
        }
      }
    }
  }

  private record Flight(Lease lease, long endsAtNanos, Answer answer) {}

  private final Clock clock = new Clock();
  private final Scheduler scheduler =
      new Scheduler(
          new SchedulerConfig(
              LaneRules.of(Policy.HYBRID),
              Collections.nCopies(2, new LaneConfig(1, 30 * SECOND, 100_000, 1L << 40)),
              new QueueBounds(100_000, 1L << 40, 100_000),
              Map.of(MODEL, List.of(account("a"), account("b"), account("c")))),
          () -> clock.nanos,
          clock,
          SchedulerListener.NONE);
  private final HealthBook book = new HealthBook(SETTINGS, () -> clock.nanos, clock, scheduler::stand);
  private final List<Flight> flights = new ArrayList<>();
  private final List<String> dispatched = new ArrayList<>();
  private String faulty = "";
  private Answer fault = new Answer.Unknown();
  private long faultTakes;

  private static ProviderAccount account(String name) {
    return new ProviderAccount(name, new AccountLimits(1000, Integer.MAX_VALUE, 20, 100_000, new LeaseLife(0, 0, 600 * SECOND)));
  }

  private void submit() {
    Decision decision =
        scheduler.submit(
            MODEL,
            new WorkRequest("f", 0, new TokenCost(50, 50), 50, 0, Long.MAX_VALUE, Set.of()),
            new WaitListener() {
              @Override
              public void dispatched(Lease lease) {
                leave(lease);
              }

              @Override
              public void evicted(EvictReason reason, long retryAfterNanos) {}
            });
    if (decision instanceof Decision.Admitted admitted) {
      leave(admitted.lease());
    }
  }

  private void leave(Lease lease) {
    boolean fails = lease.provider().equals(faulty);
    dispatched.add(lease.provider());
    book.sent(lease, USUAL);
    Answer good = new Answer.Served(OptionalLong.of(USUAL / 10), OptionalLong.of(USUAL), USUAL, true);
    flights.add(new Flight(lease, clock.nanos + (fails ? faultTakes : USUAL), fails ? fault : good));
  }

  /** Lets so many seconds pass under one and a half times what two providers bear; returns requests that a good provider answered in them. */
  private int run(double seconds) {
    int good = 0;
    for (int step = 0; step < seconds * 100; step++) {
      if (step % 10 < 3) {
        submit();
      }
      clock.advance(10 * MILLI);
      for (Flight flight : List.copyOf(flights)) {
        if (clock.nanos - flight.endsAtNanos() >= 0) {
          flights.remove(flight);
          book.answered(flight.lease(), flight.answer());
          flight.lease().settle(flight.lease().cost());
          good += flight.lease().provider().equals(faulty) ? 0 : 1;
        }
      }
    }
    return good;
  }

  private void breakDown(String provider, Answer how, long takesNanos) {
    faulty = provider;
    fault = how;
    faultTakes = takesNanos;
    dispatched.clear();
  }

  /** Plays a fault of the preferred provider and checks that the others, which bear 20 requests a second, get all there is to do. */
  private void othersTakeOver(String name, Answer how, long takesNanos) {
    run(8);
    breakDown("a", how, takesNanos);
    run(5);
    dispatched.clear();
    int good = run(20);
    long stillThere = dispatched.stream().filter("a"::equals).count();

    figure(name, "goodput of the healthy capacity, from 5 s on", good / 400.0, ">= 0.95", good >= 380);
    figure(name, "requests that still try it in 20 s", stillThere, "<= 10", stillThere <= 10);
    assertThat(good).as("of 400 that they bear").isGreaterThanOrEqualTo(380);
    assertThat(stillThere).as("requests that try it").isLessThanOrEqualTo(10);
  }

  private static void figure(String name, String what, double measured, String bound, boolean holds) {
    System.out.printf(Locale.ROOT, "figure: health in virtual time, %s: %s | %.3f | %s | %s | HealthBookTest%n", name, what, measured, bound, holds ? "pass" : "short");
  }

  @Test
  void othersTakeOverWhenOneFails() {
    othersTakeOver("answers 5xx", new Answer.Failed(OptionalLong.empty()), 5 * MILLI);
  }

  @Test
  void othersTakeOverWhenOneHangs() {
    othersTakeOver("hangs", new Answer.Unknown(), 600 * SECOND);
  }

  @Test
  void othersTakeOverWhenOneIsTenTimesSlower() {
    Answer slow = new Answer.Served(OptionalLong.of(USUAL), OptionalLong.of(10 * USUAL), USUAL, true);
    othersTakeOver("slows x10", slow, 10 * USUAL);
  }

  @Test
  void othersTakeOverWhenOneIsThrottled() {
    run(8);
    breakDown("a", new Answer.Throttled(OptionalLong.of(2 * SECOND)), 5 * MILLI);
    run(5);
    dispatched.clear();
    int good = run(20);

    figure("answers 429", "goodput of the healthy capacity, from 5 s on", good / 400.0, ">= 0.95", good >= 380);
    assertThat(good).isGreaterThanOrEqualTo(380);
    assertThat(dispatched.stream().filter("a"::equals).count()).as("a few every two seconds").isLessThanOrEqualTo(40);
  }

  @Test
  void whatRecoversGetsItsShareBack() {
    run(8);
    breakDown("a", new Answer.Failed(OptionalLong.empty()), 5 * MILLI);
    run(10);
    breakDown("", new Answer.Unknown(), 0);
    run(40);
    assertThat(book.lines()).allMatch(line -> line.state() == AccountHealth.State.HEALTHY && line.scale() == 1);
  }

  @Test
  void whatAProviderSaysOfItselfCounts() {
    offer(0, "no consent");
    run(1);
    assertThat(dispatched).doesNotContain("a");
    assertThat(book.lines().getFirst()).extracting(HealthBook.Line::state, HealthBook.Line::detail).containsExactly(AccountHealth.State.UNHEALTHY, "no consent");
    offer(1, "");
    run(1);
    assertThat(dispatched).contains("a");
  }

  @Test
  void aPartOfItsCapacityIsWhatItIsGiven() {
    run(1);
    offer(0.1, "");
    run(1);
    dispatched.clear();
    run(10);
    assertThat(dispatched.stream().filter("a"::equals).count()).as("a tenth of ten a second").isBetween(9L, 12L);
  }

  @Test
  void accountsThatNobodySpeaksOfAreForgotten() {
    book.expect(List.of(new HealthBook.Offer("a", MODEL, 1, ""), new HealthBook.Offer("b", MODEL, 1, "")));
    assertThat(book.lines()).extracting(HealthBook.Line::provider).containsExactly("a", "b");
    book.offered(List.of(new HealthBook.Offer("b", MODEL, 1, "")));
    assertThat(book.lines()).extracting(HealthBook.Line::provider).containsExactly("b");
  }

  private void offer(double part, String detail) {
    book.offered(
        List.of(new HealthBook.Offer("a", MODEL, part, detail), new HealthBook.Offer("b", MODEL, 1, ""), new HealthBook.Offer("c", MODEL, 1, "")));
  }

  @Test
  void otherSettingsForgetWhatWasHeldAgainstAnybody() {
    offer(0, "");
    book.configure(
        new HealthSettings(SETTINGS.breaker(), Duration.ofSeconds(1), 3, Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(1)));
    run(0.1);
    assertThat(dispatched).contains("a");
  }
}
