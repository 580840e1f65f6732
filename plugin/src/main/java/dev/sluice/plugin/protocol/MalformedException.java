// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.protocol;

/** A payload points outside of itself. Thrown per hostile frame, so it carries no stack trace. */
final class MalformedException extends Exception {
  private static final long serialVersionUID = 1;

  MalformedException(String reason) {
    super(reason, null, false, false);
  }
}
