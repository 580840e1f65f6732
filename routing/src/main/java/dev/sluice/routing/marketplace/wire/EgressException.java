// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace.wire;

/** Something was about to leave that may not. Its message names the field, never the value. */
final class EgressException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  EgressException(Field field) {
    super(field.wireName() + ": not in the form that may leave");
  }
}
