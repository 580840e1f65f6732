// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.adaptive;

/** What one answer says about its provider's load. */
public enum Sign {
  /** It came, and its first token in time. */
  GOOD,
  /** Its first token came late. */
  SLOW,
  /** The provider failed. */
  FAILED,
  /** The provider said that it was asked for too much. */
  THROTTLED
}
