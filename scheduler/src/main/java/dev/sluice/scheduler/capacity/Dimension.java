// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.capacity;

/** What an account may be short of. */
public enum Dimension {
  NOTHING,
  /** It takes no requests before an instant. */
  PAUSE,
  CONCURRENCY,
  REQUESTS,
  TOKENS
}
