// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

/**
 * The part of a provider's account that this process may use while others use the rest. Immutable.
 *
 * @param places requests at a time, at most; at least 1
 * @param rateParts millionths of the configured rates; 1..{@link #WHOLE_RATE}
 * @param prospects what would soon be the part if more were asked for; never less than the part itself. Forecasts go by it
 */
public record Slice(int places, int rateParts, Prospects prospects) {
  /** All of a rate. */
  public static final int WHOLE_RATE = 1_000_000;

  /** The whole account. */
  public static final Slice WHOLE = of(Integer.MAX_VALUE, WHOLE_RATE);

  public Slice {
    Expect.range("places", places, 1, Integer.MAX_VALUE);
    Expect.range("rateParts", rateParts, 1, WHOLE_RATE);
    Expect.range("prospects.places", prospects.places(), places, Integer.MAX_VALUE);
    Expect.range("prospects.rateParts", prospects.rateParts(), rateParts, WHOLE_RATE);
  }

  /** Places and millionths of rates that there may soon be. Immutable. */
  public record Prospects(int places, int rateParts) {}

  /** A part that is not going to grow. */
  public static Slice of(int places, int rateParts) {
    return new Slice(places, rateParts, new Prospects(places, rateParts));
  }

  /** The same part, of an account that is going to give more. */
  public Slice growingTo(int newPlaces, int newRateParts) {
    return new Slice(places, rateParts, new Prospects(Math.max(places, newPlaces), Math.max(rateParts, newRateParts)));
  }
}
