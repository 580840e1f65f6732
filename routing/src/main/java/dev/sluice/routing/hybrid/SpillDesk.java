// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.hybrid;

import dev.sluice.routing.hybrid.SpillRule.Outlook;
import dev.sluice.routing.hybrid.SpillRule.Spill;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Remembers, for each model and lane, what was decided last. Thread-safe. */
public final class SpillDesk {
  private record Place(String model, int lane) {}

  private final Map<Place, Spill> last = new ConcurrentHashMap<>();

  /**
   * Decides about a request, as {@link SpillRule#decide}.
   *
   * @param model canonical name, of which there are as many as the operator configured
   */
  public Spill decide(SpillTerms terms, String model, int lane, Outlook outlook) {
    var place = new Place(model, lane);
    Spill before = last.getOrDefault(place, Spill.NONE);
    Spill now = SpillRule.decide(terms, lane, outlook, before);
    if (now != before) {
      last.put(place, now);
    }
    return now;
  }
}
