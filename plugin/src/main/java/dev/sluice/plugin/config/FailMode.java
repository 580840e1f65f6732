// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

/** What happens to requests while whoever decides about them gives no answer. */
public enum FailMode {
  /** They are let in; of those whose sender nobody can tell a few, on the least terms. */
  FAIL_OPEN,
  /** All are answered 503. */
  FAIL_CLOSE
}
