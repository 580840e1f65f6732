// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace.wire;

/** The marketplace answered something else than its API says. Has no message: the answer is not repeated anywhere. */
final class MalformedReplyException extends Exception {
  private static final long serialVersionUID = 1L;

  MalformedReplyException() {
    super("not an answer of the marketplace's API");
  }
}
