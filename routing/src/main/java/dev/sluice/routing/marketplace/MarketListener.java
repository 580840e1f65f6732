// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace;

import dev.sluice.routing.marketplace.Terms.Objection;

/** Hears what happens between this process and the marketplace, for metrics. Implementations are thread-safe and don't block. */
public interface MarketListener {
  /** Hears nothing. */
  MarketListener NONE = new MarketListener() {};

  /** What is called. A closed set, fit for a metric label. */
  enum Operation {
    SUPPLIES,
    QUOTE,
    USAGE
  }

  /** What a call came to. A closed set, fit for a metric label. */
  enum Result {
    /** It was answered as asked. */
    OK,
    /** The marketplace said no. */
    REFUSED,
    /** Not sent: no consent, or offline. */
    NO_CONSENT,
    /** Not sent: the breaker is open. */
    BREAKER,
    /** Not sent: the marketplace asked for time. */
    PAUSED,
    /** Not sent: something was about to leave that may not. */
    WITHHELD,
    /** No answer in time. */
    TIMEOUT,
    /** No connection, or it broke. */
    CONNECTION,
    /** An answer too large to be taken. */
    TOO_LARGE,
    /** An answer that the API does not know. */
    MALFORMED,
    /** The marketplace failed. */
    SERVER_ERROR
  }

  /** What became of a request that was to be sent to a supplier. A closed set, fit for a metric label. */
  enum Trade {
    /** It was bought by a quote. */
    QUOTED,
    /** It was bought on a standing offer, since there was no quote. */
    STANDING,
    /** No supply fits. */
    NO_SUPPLY,
    /** The marketplace could not be asked, or did not sell. */
    NO_QUOTE,
    /** The outbox takes no more, so nothing may be bought. */
    OUTBOX_FULL
  }

  /** A call ended. */
  default void called(Operation operation, Result result) {}

  /** A list came in which {@code supplies} are not used for the reason given. */
  default void unused(Objection objection, int supplies) {}

  /** A request was bought for, or not. */
  default void traded(Trade trade) {}

  /** A report of use was delivered. */
  default void reported() {}

  /** A report of use was refused for good and set aside. */
  default void rejected() {}
}
