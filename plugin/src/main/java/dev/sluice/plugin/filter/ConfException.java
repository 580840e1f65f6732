// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.filter;

/** A filter's configuration string does not say what the filter needs. */
public final class ConfException extends Exception {
  private static final long serialVersionUID = 1;

  /** @param reason what is wrong and what was expected; it is logged, so it holds no secret */
  public ConfException(String reason) {
    super(reason);
  }
}
