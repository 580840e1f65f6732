// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.usage;

/** Hears what becomes of usage rows. Implementations are thread-safe and don't block. */
public interface UsageListener {
  /** Hears nothing. */
  UsageListener NONE = new UsageListener() {};

  /** Rows are in the database. */
  default void written(int rows) {}

  /** A row was dropped: the queue was full, or the database refuses it for good. */
  default void dropped() {}

  /** A batch could not be written and will be tried again. */
  default void failed() {}
}
