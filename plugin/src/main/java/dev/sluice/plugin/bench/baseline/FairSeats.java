// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.baseline;

import dev.sluice.plugin.bench.replay.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Tenants by {@link ServiceCounters}, over all lanes alike or inside lanes that borrow each other's seats: the lane that holds the
 * least of its own goes first, as in Kubernetes API priority and fairness. Not thread-safe.
 */
final class FairSeats extends Seats {
  private final List<ServiceCounters> queues = new ArrayList<>();
  private final double[] shares;

  /** One queue for all if {@code shares} is empty, else one a lane with that share. */
  FairSeats(Stage stage, boolean dropsLate, double... shares) {
    super(stage, dropsLate);
    this.shares = shares.clone();
    for (int i = 0; i < Math.max(1, shares.length); i++) {
      queues.add(new ServiceCounters(stage::request));
    }
  }

  private ServiceCounters queue(int id) {
    return queues.get(shares.length == 0 ? 0 : lane(id));
  }

  @Override
  protected void add(int id) {
    queue(id).add(id);
  }

  @Override
  protected OptionalInt next() {
    if (isFull()) {
      return OptionalInt.empty();
    }
    boolean[] tried = new boolean[queues.size()];
    for (int round = 0; round < queues.size(); round++) {
      int lane = leastOverShare(tried);
      tried[lane] = true;
      OptionalInt next = queues.get(lane).take(this::isAlive);
      if (next.isPresent()) {
        return next;
      }
    }
    return OptionalInt.empty();
  }

  private int leastOverShare(boolean[] tried) {
    int best = 0;
    double least = Double.POSITIVE_INFINITY;
    for (int lane = 0; lane < tried.length; lane++) {
      double use = shares.length == 0 ? 0 : busyIn(lane) / shares[lane];
      if (!tried[lane] && use < least) {
        best = lane;
        least = use;
      }
    }
    return best;
  }

  @Override
  protected void settled(int id) {
    queue(id).settled(id);
  }
}
