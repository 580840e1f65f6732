// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.filter;

/** A filter can't be taken in; the process does not start. */
public final class FilterLoadException extends RuntimeException {
  private static final long serialVersionUID = 1;

  FilterLoadException(String reason) {
    super(reason);
  }

  FilterLoadException(String reason, Throwable cause) {
    super(reason, cause);
  }
}
