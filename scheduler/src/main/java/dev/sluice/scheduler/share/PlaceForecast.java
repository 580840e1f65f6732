// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.share;

/**
 * Foretells waits where places are short, from how fast they come free: each lane's places end once in its mean hold. Not thread-safe;
 * confined to the pool's lock.
 *
 * <p>Lane 0 is taken to get every place that comes free. Another lane gets every place that lane 0's own turnover does not take until it
 * holds what it is guaranteed or, if that is more, its weight's part of what lane 0 leaves; from then on what that many places of
 * its own turn over. It is a fluid model, and blind to what arrives later.
 */
public final class PlaceForecast {
  /** Longer than anyone waits. */
  private static final long MAX_NANOS = Long.MAX_VALUE / 4;

  private PlaceForecast() {}

  /**
   * One lane's situation. Immutable.
   *
   * @param weights of all lanes
   * @param backlogged which lanes have waiters
   * @param lane the request's own
   * @param ahead requests of its own lane that go before it
   * @param places requests that may run at a time, soon if not yet
   */
  @SuppressWarnings("ArrayRecordComponent") // lives for one call
  public record Place(int[] weights, boolean[] backlogged, int lane, long ahead, long places) {}

  /** Time until the requests ahead and then the request itself have started; 0 while nothing is known. */
  public static long waitNanos(LaneUse use, Place place) {
    double all = 0;
    double held = 0;
    int[] weights = place.weights();
    for (int lane = 0; lane < weights.length; lane++) {
      all += turnover(use, lane);
      held += use.held(lane);
    }
    double laneZero = turnover(use, 0);
    double own = use.meanHoldNanos(place.lane());
    if (all <= 0 || own <= 0) {
      return 0;
    }
    double count = place.ahead() + 1.0;
    double open = Math.max(0, place.places() - held);
    if (place.lane() == 0) {
      return nanos(Math.max(0, count - open) / all);
    }
    double entitled = entitled(use, place);
    double owed = Math.max(0, entitled - use.held(place.lane()));
    double quick = Math.max(all - laneZero, all / 100);
    double first = Math.min(count, owed) / quick;
    return nanos(first + Math.max(0, count - owed) / Math.max(entitled, 1) * own);
  }

  private static double entitled(LaneUse use, Place place) {
    int[] weights = place.weights();
    double allWeights = 0;
    double competing = 0;
    for (int lane = 0; lane < weights.length; lane++) {
      allWeights += weights[lane];
      competing += lane > 0 && (lane == place.lane() || place.backlogged()[lane]) ? weights[lane] : 0;
    }
    double weight = weights[place.lane()];
    double guaranteed = allWeights == 0 ? 0 : place.places() * weight / allWeights;
    double lent = competing == 0 ? 0 : Math.max(0, place.places() - use.held(0)) * weight / competing;
    return Math.max(guaranteed, lent);
  }

  /** Places of a lane that come free in a nanosecond. */
  private static double turnover(LaneUse use, int lane) {
    long hold = use.meanHoldNanos(lane);
    return hold == 0 ? 0 : use.held(lane) / (double) hold;
  }

  private static long nanos(double value) {
    return value >= MAX_NANOS ? MAX_NANOS : Math.round(value);
  }
}
