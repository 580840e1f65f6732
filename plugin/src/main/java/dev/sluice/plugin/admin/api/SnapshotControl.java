// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admin.api;

import java.time.Instant;
import java.util.Optional;

/** The snapshot of keys that answers when the stores do not. Implementations are thread-safe; {@link #refresh} may block. */
public interface SnapshotControl {
  /**
   * How the snapshot stands.
   *
   * @param taken when its content was read from the database; empty if there is none
   * @param keys number of keys in it
   * @param state in one word, such as fresh, old or missing
   */
  record Status(Optional<Instant> taken, long keys, String state) {}

  /** The present state. */
  Status status();

  /** Takes a new snapshot now; what it came to. The old one stays if it fails, and the state says so. */
  Status refresh();
}
