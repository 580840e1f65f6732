// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.registry;

import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** What became of reading many rows. Immutable, but for the documents, which are the receiver's own. */
public sealed interface Listing {
  /**
   * Some of the rows.
   *
   * @param next cursor of the page behind this one; empty at the end
   */
  record Page(List<ObjectNode> rows, Optional<String> next) implements Listing {
    public Page {
      rows = List.copyOf(rows);
    }
  }

  /** What was asked is at fault. */
  record Refused(List<Fault> faults) implements Listing {
    public Refused {
      faults = List.copyOf(faults);
    }
  }

  /**
   * The database could not tell.
   *
   * @param cause for the log
   */
  record Unavailable(String cause) implements Listing {}
}
