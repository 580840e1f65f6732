// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.registry;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What must hold between the fields of a row, or of a row and the configuration, before it is stored. Implementations are thread-safe. */
@FunctionalInterface
public interface RowCheck {
  /** Everything may be stored. */
  RowCheck NONE = (entity, row) -> List.of();

  /**
   * What is wrong with a row whose fields are each good.
   *
   * @param row every field that has a value; not to be changed
   */
  List<Fault> refuse(Entity entity, ObjectNode row);

  /** Both checks, one after the other. */
  default RowCheck and(RowCheck other) {
    return (entity, row) -> {
      var faults = new ArrayList<>(refuse(entity, row));
      faults.addAll(other.refuse(entity, row));
      return faults;
    };
  }

  /** Levels of keys and rules below the number of levels there are. */
  static RowCheck levels(int levels) {
    return (entity, row) -> {
      JsonNode level = row.path("level");
      return level.isIntegralNumber() && level.longValue() >= levels
          ? List.of(Fault.of("level", level.toString(), "a level from 0 to " + (levels - 1)))
          : List.of();
    };
  }
}
