// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.sharing;

import dev.sluice.routing.slice.Need;
import dev.sluice.scheduler.SchedulerSnapshot;
import dev.sluice.scheduler.SchedulerSnapshot.AccountSnapshot;
import dev.sluice.scheduler.SchedulerSnapshot.LaneSnapshot;
import dev.sluice.scheduler.SchedulerSnapshot.PoolSnapshot;
import dev.sluice.scheduler.Slice;
import java.util.ArrayList;
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

  /** An account that is shared, as two divisible capacities whose names are the same in every process. Immutable. */
  public record Account(String model, String provider) {
    /** Of requests at a time. */
    String places() {
      return "places|" + model + "|" + provider;
    }

    /** Of tokens and requests of a second, in millionths. */
    String rates() {
      return "rates|" + model + "|" + provider;
    }
  }

  private static final class PoolLately {
    private long[] dispatched = {};
    private long[] busyAtNanos = {};
  }

  private final Map<Account, AccountNeed> accounts = new HashMap<>();
  private final Map<String, PoolLately> pools = new HashMap<>();

  /** The needs at an instant. */
  public List<Need> of(SchedulerSnapshot snapshot, long nowNanos) {
    List<Need> needs = new ArrayList<>();
    Set<Account> seen = new HashSet<>();
    for (PoolSnapshot pool : snapshot.pools()) {
      long weight = weight(pool, nowNanos);
      for (AccountSnapshot state : pool.accounts()) {
        Account account = new Account(pool.model(), state.provider());
        seen.add(account);
        AccountNeed need = accounts.computeIfAbsent(account, name -> new AccountNeed(state, nowNanos));
        need.observe(state, pool.waiting(), nowNanos);
        needs.add(new Need(account.places(), state.limits().maxConcurrent(), state.inFlight(), need.places(), weight));
        needs.add(new Need(account.rates(), Slice.WHOLE_RATE, 0, need.rateParts(state, pool.waiting()), weight));
      }
    }
    accounts.keySet().retainAll(seen);
    pools.keySet().retainAll(snapshot.pools().stream().map(PoolSnapshot::model).toList());
    return needs;
  }

  /** The accounts whose needs were told last. */
  public Set<Account> accounts() {
    return accounts.keySet();
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
