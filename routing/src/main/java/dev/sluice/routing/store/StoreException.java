// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

/** A store could not do what it was asked in the background. */
public final class StoreException extends Exception {
  private final FailureCause failure;

  /** A failure; {@code message} holds nothing secret. */
  public StoreException(FailureCause failure, String message) {
    super(message);
    this.failure = failure;
  }

  /** Why, as metrics count it. */
  public FailureCause failure() {
    return failure;
  }
}
