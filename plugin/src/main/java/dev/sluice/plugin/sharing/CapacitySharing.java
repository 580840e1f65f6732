// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.sharing;

import dev.sluice.plugin.sharing.CapacityNeeds.Account;
import dev.sluice.routing.redis.RedisLink;
import dev.sluice.routing.slice.Grant;
import dev.sluice.routing.slice.Need;
import dev.sluice.routing.slice.SliceDesk;
import dev.sluice.routing.slice.SliceListener;
import dev.sluice.scheduler.Scheduler;
import dev.sluice.scheduler.Slice;
import dev.sluice.scheduler.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Gives a scheduler its slice of every account, as other processes on the same providers leave it. Thread-safe. */
public final class CapacitySharing implements AutoCloseable {
  /**
   * The part of one account that this process may use. Immutable.
   *
   * @param places requests at a time
   * @param rates part of the configured rates, above 0, at most 1
   * @param nodes processes that share the account, this one among them, as last heard
   */
  public record Share(String model, String provider, long places, double rates, int nodes) {}

  private final Scheduler scheduler;
  private final Ticker ticker;

  /** Confined to the desk's thread. */
  private final CapacityNeeds needs = new CapacityNeeds();

  private final SliceDesk desk;
  private volatile List<Share> shares = List.of();

  /** Begins to share; {@code redis} stays the caller's. */
  public CapacitySharing(Scheduler scheduler, RedisLink redis, SliceDesk.Bounds bounds, Ticker ticker, SliceListener listener) {
    this.scheduler = scheduler;
    this.ticker = ticker;
    this.desk = new SliceDesk(redis, bounds, ticker::read, this::needed, this::granted, listener);
  }

  /** Waits until it is known what this process may use, {@code most} at most. */
  public boolean awaitFirst(Duration most) {
    return desk.awaitFirst(most);
  }

  private List<Need> needed() {
    return needs.of(scheduler.snapshot(), ticker.read());
  }

  private void granted(List<Grant> grants) {
    Map<String, Grant> named = new HashMap<>();
    grants.forEach(grant -> named.put(grant.name(), grant));
    List<Share> next = new ArrayList<>();
    for (Account account : needs.accounts()) {
      Grant places = named.get(account.places());
      Grant rates = named.get(account.rates());
      if (places != null && rates != null) {
        scheduler.slice(account.model(), account.provider(), slice(places, rates));
        next.add(new Share(account.model(), account.provider(), places.part(), rates.part() / (double) Slice.WHOLE_RATE, places.nodes()));
      }
    }
    shares = List.copyOf(next);
  }

  private static Slice slice(Grant places, Grant rates) {
    return Slice.of((int) places.part(), (int) rates.part()).growingTo((int) places.prospect(), (int) rates.prospect());
  }

  /** What this process may use of every account. */
  public List<Share> shares() {
    return shares;
  }

  /** Whether the others were heard of at the last attempt; if not, the last parts stay. */
  public boolean connected() {
    return desk.connected();
  }

  /** How things stand, as a line for readiness probes. */
  public String line() {
    int nodes = shares.stream().mapToInt(Share::nodes).max().orElse(1);
    return "capacity=" + (connected() ? "shared" : "last_part") + " nodes=" + nodes + "\n";
  }

  @Override
  public void close() {
    desk.close();
  }
}
