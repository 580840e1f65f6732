// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.command;

/** A command line that cannot be understood; its message names the flag and what is expected. Immutable. */
public final class UsageException extends Exception {
  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message);
  }
}
