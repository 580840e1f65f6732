// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.sharing;

import dev.sluice.routing.slice.Need;
import dev.sluice.scheduler.SchedulerSnapshot;
import dev.sluice.scheduler.SchedulerSnapshot.AccountSnapshot;
import dev.sluice.scheduler.SchedulerSnapshot.LaneSnapshot;
import dev.sluice.scheduler.SchedulerSnapshot.PoolSnapshot;
import dev.sluice.scheduler.Slice;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What one process needs of every account. Not thread-safe.
 *
 * <p>It speaks for the lanes in which something waits or started within the last second, with their weights together, so that a process with
 * important work gets more than one with other work.
 */
public final class CapacityNeeds {
  private static final long LATELY_NANOS = 1_000_000_000L;

  /** A divisible capacity: the places or the rates of one account. Immutable. */
  public record Capacity(String model, String provider, Kind kind) {
    /** What of an account it is. */
    public enum Kind {
      /** Requests at a time. */
      PLACES,
      /** Tokens and requests of a second, in millionths. */
      RATES
    }

    /** Its name, the same in every process. */
    String name() {
      return (kind == Kind.PLACES ? "places|" : "rates|") + model + "|" + provider;
    }
  }

  private static final class PoolLately {
    private long[] dispatched = {};
    private long[] busyAtNanos = {};
  }

  private final Map<String, AccountNeed> accounts = new HashMap<>();
  private final Map<String, PoolLately> pools = new HashMap<>();

  /** The needs at an instant. */
  public Map<Capacity, Need> of(SchedulerSnapshot snapshot, long nowNanos) {
    Map<Capacity, Need> needs = new HashMap<>();
    Set<String> seen = new HashSet<>();
    for (PoolSnapshot pool : snapshot.pools()) {
      long weight = weight(pool, nowNanos);
      for (AccountSnapshot account : pool.accounts()) {
        Capacity places = new Capacity(pool.model(), account.provider(), Capacity.Kind.PLACES);
        Capacity rates = new Capacity(pool.model(), account.provider(), Capacity.Kind.RATES);
        seen.add(places.name());
        AccountNeed need = accounts.computeIfAbsent(places.name(), name -> new AccountNeed(account, nowNanos));
        need.observe(account, pool.waiting(), nowNanos);
        needs.put(places, new Need(places.name(), account.limits().maxConcurrent(), account.inFlight(), need.places(), weight));
        needs.put(rates, new Need(rates.name(), Slice.WHOLE_RATE, 0, need.rateParts(account, pool.waiting()), weight));
      }
    }
    accounts.keySet().retainAll(seen);
    pools.keySet().retainAll(snapshot.pools().stream().map(PoolSnapshot::model).toList());
    return needs;
  }

  private long weight(PoolSnapshot pool, long nowNanos) {
    PoolLately lately = pools.computeIfAbsent(pool.model(), model -> new PoolLately());
    List<LaneSnapshot> lanes = pool.lanes();
    if (lately.dispatched.length != lanes.size()) {
      lately.dispatched = lanes.stream().mapToLong(LaneSnapshot::dispatchedRequests).toArray();
      lately.busyAtNanos = lanes.stream().mapToLong(lane -> nowNanos - LATELY_NANOS).toArray();
    }
    long sum = 0;
    for (int i = 0; i < lanes.size(); i++) {
      if (lanes.get(i).waiting() > 0 || lanes.get(i).dispatchedRequests() != lately.dispatched[i]) {
        lately.busyAtNanos[i] = nowNanos;
        lately.dispatched[i] = lanes.get(i).dispatchedRequests();
      }
      boolean busy = nowNanos - lately.busyAtNanos[i] < LATELY_NANOS;
      sum += busy ? lanes.get(i).weight() : 0;
    }
    return Math.max(1, sum);
  }
}
