// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import static dev.sluice.scheduler.simulation.Setup.MILLI;
import static dev.sluice.scheduler.simulation.Setup.SECOND;
import static dev.sluice.scheduler.simulation.Setup.limits;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.scheduler.simulation.Desk;
import dev.sluice.scheduler.simulation.Setup;
import java.util.Arrays;
import java.util.Collections;
import java.util.SplittableRandom;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;

/**
 * What tenants of one lane get in windows of 60 s, against exact water-filling of the same total: the error is {@code |served - fair| /
 * fair} of the tenants that want more than they get.
 */
class TenantSharesTest {
  private static final long SEED = Long.getLong("sluice.seed", 20_261_129L);
  private static final int WINDOWS = 10;
  private static final long WINDOW_MILLIS = 60_000;

  /** Mean and greatest error over all windows and backlogged tenants, in per cent. */
  private record Errors(double mean, double max, int compared) {}

  /** Tenants that ask at their own rates, and what became of it. */
  private static final class Tenants {
    private final SplittableRandom random = new SplittableRandom(SEED);
    private final long capacity;
    private final double[] tokensPerSecond;
    private final ToLongFunction<SplittableRandom> sizes;
    private final Desk desk;
    private final long[] served;
    private final double[] due;
    private final long[] waiting;

    Tenants(long capacity, double[] tokensPerSecond, ToLongFunction<SplittableRandom> sizes) {
      this.capacity = capacity;
      this.tokensPerSecond = tokensPerSecond;
      this.sizes = sizes;
      this.served = new long[tokensPerSecond.length];
      this.due = new double[tokensPerSecond.length];
      this.waiting = new long[tokensPerSecond.length];
      LaneConfig patient = new LaneConfig(1, Long.MAX_VALUE, Integer.MAX_VALUE, Long.MAX_VALUE);
      this.desk = new Desk(
          Setup.of(Policy.STRICT).withLanes(Collections.nCopies(2, patient)).withProvider("a", limits(capacity, Integer.MAX_VALUE)));
    }

    Errors run() {
      double sum = 0;
      double max = 0;
      int compared = 0;
      window(20_000);
      for (int i = 0; i < WINDOWS; i++) {
        long[] before = waiting.clone();
        Arrays.fill(served, 0);
        window(WINDOW_MILLIS);
        double[] wanted = new double[served.length];
        Arrays.setAll(wanted, tenant -> served[tenant] + waiting[tenant]);
        double[] fair = waterFill(wanted, Arrays.stream(served).sum());
        for (int tenant = 0; tenant < served.length; tenant++) {
          if (before[tenant] > 0 && wanted[tenant] > fair[tenant] * 1.001) {
            double error = 100 * Math.abs(served[tenant] - fair[tenant]) / fair[tenant];
            sum += error;
            max = Math.max(max, error);
            compared++;
          }
        }
      }
      return new Errors(compared == 0 ? 0 : sum / compared, max, compared);
    }

    private void window(long millis) {
      for (long milli = 0; milli < millis; milli += 10) {
        for (int tenant = 0; tenant < served.length; tenant++) {
          due[tenant] += tokensPerSecond[tenant] / 100;
          while (due[tenant] > 0) {
            long tokens = sizes.applyAsLong(random);
            due[tenant] -= tokens;
            ask(tenant, tokens);
          }
        }
        desk.advanceNanos(10 * MILLI);
        desk.leases.forEach(lease -> lease.settle(lease.cost()));
        desk.leases.clear();
      }
    }

    private void ask(int tenant, long tokens) {
      WaitListener listener = new WaitListener() {
        @Override
        public void dispatched(Lease lease) {
          waiting[tenant] -= tokens;
          served[tenant] += tokens;
          desk.leases.add(lease);
        }

        @Override
        public void evicted(EvictReason reason, long retryAfterNanos) {
          throw new AssertionError(reason);
        }
      };
      Decision decision = desk.scheduler.submit(Setup.MODEL, Setup.request(0, "tenant" + tenant, tokens), listener);
      waiting[tenant] += tokens;
      if (decision instanceof Decision.Admitted admitted) {
        listener.dispatched(admitted.lease());
      } else {
        assertThat(decision).isInstanceOf(Decision.Queued.class);
      }
    }
  }

  /** Nobody gets more than wanted, and nobody who gets less has less than another. */
  private static double[] waterFill(double[] wanted, double total) {
    double[] sorted = wanted.clone();
    Arrays.sort(sorted);
    double rest = total;
    double level = sorted[sorted.length - 1];
    for (int i = 0; i < sorted.length; i++) {
      double even = rest / (sorted.length - i);
      if (sorted[i] > even) {
        level = even;
        break;
      }
      rest -= sorted[i];
    }
    double[] fair = new double[wanted.length];
    double filled = level;
    Arrays.setAll(fair, i -> Math.min(wanted[i], filled));
    return fair;
  }

  private static void figure(String name, double measured, double bound) {
    System.out.printf("figure: tenants against water-filling: %s | %.3f %% | <= %.0f %% | %s | TenantSharesTest%n",
        name, measured, bound, measured <= bound ? "pass" : "short");
    assertThat(measured).as(name).isLessThanOrEqualTo(bound);
  }

  @Test
  void equalTenantsGetExactlyTheSame() {
    Errors errors = new Tenants(2_000, new double[] {1_000, 1_000, 1_000, 1_000}, random -> 100).run();
    assertThat(errors.compared()).isEqualTo(4 * WINDOWS);
    figure("commensurate, greatest error", errors.max(), 0);
  }

  @Test
  void unequalTenantsWithEqualRequestsAreWithinOnePercent() {
    double[] demand = {20, 60, 100, 140, 300, 500, 900, 1_500};
    Errors errors = new Tenants(2_000, demand, random -> 50).run();
    assertThat(errors.compared()).isGreaterThanOrEqualTo(3 * WINDOWS);
    figure("equal sizes, greatest error", errors.max(), 1);
  }

  @Test
  void unequalTenantsWithMixedRequestsStayWithinTheMargins() {
    System.out.println("TenantSharesTest: seed " + SEED);
    double[] demand = new double[12];
    Arrays.setAll(demand, tenant -> 9_000 / Math.pow(tenant + 1, 1.2));
    Errors errors =
        new Tenants(10_000, demand, random -> Math.round(10 * Math.pow(200, random.nextDouble()))).run();
    assertThat(errors.compared()).isGreaterThanOrEqualTo(2 * WINDOWS);
    figure("mixed sizes, mean error", errors.mean(), 3);
    figure("mixed sizes, greatest error", errors.max(), 16);
  }

  /** Being away earns nothing: a tenant that comes back gets the same as those that stayed, at once. */
  @Test
  void idlenessEarnsNoCredit() {
    Desk desk = new Desk(Setup.of(Policy.STRICT).withProvider("a", limits(Long.MAX_VALUE, 1)));
    desk.submit(0, "first", 0);
    for (int i = 0; i < 300; i++) {
      desk.submit("stays", Setup.request(0, "stays", 100));
    }
    for (int i = 0; i < 100; i++) {
      desk.settleFirst();
    }
    for (int i = 0; i < 100; i++) {
      desk.submit("back", Setup.request(0, "back", 100));
    }
    desk.log.clear();
    for (int i = 0; i < 60; i++) {
      desk.settleFirst();
      long back = desk.log.stream().filter("back>a"::equals).count();
      assertThat(2 * back - desk.log.size()).isBetween(-1L, 1L);
    }
    assertThat(desk.clock.elapsedNanos()).isLessThan(SECOND);
  }
}
