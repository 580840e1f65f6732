// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

/** What happens to requests while nobody can tell who is calling. */
public enum FailMode {
  /** Few are let in, on the least terms. */
  FAIL_OPEN,
  /** All are answered 503. */
  FAIL_CLOSE
}
