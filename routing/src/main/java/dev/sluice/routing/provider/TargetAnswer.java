// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.provider;

import java.time.Duration;

/** Where an admitted request goes. */
public sealed interface TargetAnswer {
  /** It goes there; whoever asked now owes the destination's listener exactly one {@link DispatchEnd}. */
  record Send(Destination destination) implements TargetAnswer {}

  /**
   * It can't be sent there at the moment. Whoever asked gives the capacity back and offers the request to other providers, or refuses
   * it if there are none. Nothing is owed.
   *
   * @param cause for people and logs; no secret
   * @param retryAfter when asking again is worth while; zero if unknown
   */
  record NotNow(String cause, Duration retryAfter) implements TargetAnswer {
    public NotNow {
      if (retryAfter.isNegative()) {
        throw new IllegalArgumentException("retryAfter: " + retryAfter + " (expected: >= 0)");
      }
    }
  }
}
