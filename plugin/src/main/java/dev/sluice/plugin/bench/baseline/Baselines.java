// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.baseline;

import dev.sluice.plugin.bench.replay.Contender;
import dev.sluice.plugin.bench.replay.Stage;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/** The policies to compare with, by name. Immutable. */
public final class Baselines {
  private static final double[] SHARES = {0.25, 0.45, 0.30};
  private static final long TIE_SEED = 7;

  private Baselines() {}

  /** B1 to B9, some also with late requests dropped, and O2, the clairvoyant greedy; those with shares for three lanes only. */
  public static Map<String, Contender.Factory> all(int lanes) {
    Map<String, Contender.Factory> all = new LinkedHashMap<>();
    all.put("B1-fifo", stage -> fifo(stage, false));
    all.put("B2-fifo-bounded", RankedSeats::bounded);
    all.put("B3-rps", stage -> new RankedSeats(stage, false, id -> 0, new RequestRates(stage)));
    if (lanes == SHARES.length) {
      all.put("B4-static", stage -> StaticSeats.byShare(stage, SHARES));
    }
    all.put("B4-static-demand", StaticSeats::byDemand);
    all.put("B5-litellm", Baselines::litellm);
    if (lanes == SHARES.length) {
      all.put("B6-apf", stage -> new FairSeats(stage, false, SHARES));
      all.put("B6-apf-drop", stage -> new FairSeats(stage, true, SHARES));
    }
    all.put("B7-vtc", stage -> new FairSeats(stage, false));
    all.put("B7-vtc-drop", stage -> new FairSeats(stage, true));
    all.put("B8-edf-drop", stage -> new RankedSeats(stage, true, id -> deadline(stage, id), id -> true));
    all.put("B9-llmd", RoundRobinSeats::new);
    all.put("fifo-drop", stage -> fifo(stage, true));
    all.put("strict-drop", stage -> new RankedSeats(stage, true, id -> stage.request(id).lane(), id -> true));
    all.put("O2-clairvoyant", stage -> new RankedSeats(stage, true, id -> -worth(stage, id), id -> true));
    return all;
  }

  private static Contender fifo(Stage stage, boolean dropsLate) {
    return new RankedSeats(stage, dropsLate, id -> 0, id -> true);
  }

  /** A heap of priority and a random id: ties are in no order, nothing ages. */
  private static Contender litellm(Stage stage) {
    SplittableRandom random = new SplittableRandom(TIE_SEED);
    return new RankedSeats(stage, false, id -> stage.request(id).lane() + random.nextDouble(), id -> true);
  }

  private static double deadline(Stage stage, int id) {
    return (double) stage.arrivedNanos(id) + stage.goals().get(stage.request(id).lane()).maxWaitNanos();
  }

  private static double worth(Stage stage, int id) {
    return stage.goals().get(stage.request(id).lane()).weight() / (double) Math.max(1, stage.slotNanos(id));
  }
}
