// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.registry;

import java.util.List;

/** What became of reading or changing one row. Immutable. */
public sealed interface Outcome {
  /** The row as it is stored now. */
  record Stored(Row row) implements Outcome {}

  /** The row is gone. */
  record Removed() implements Outcome {}

  /** What was sent is at fault; nothing changed. */
  record Refused(List<Fault> faults) implements Outcome {
    public Refused {
      faults = List.copyOf(faults);
    }
  }

  /** The change contradicts what is stored, such as an id in use; nothing changed. */
  record Conflict(String detail) implements Outcome {}

  /** The row is no longer at the version that was named; nothing changed. */
  record Stale(long version) implements Outcome {}

  /** There is no such row. */
  record Unknown() implements Outcome {}

  /**
   * The database could not tell or do it.
   *
   * @param cause for the log
   */
  record Unavailable(String cause) implements Outcome {}
}
