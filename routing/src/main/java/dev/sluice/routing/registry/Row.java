// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.registry;

import tools.jackson.databind.node.ObjectNode;

/**
 * One row as it is stored, without anything secret. The document is the receiver's own.
 *
 * @param version grows by one with each change
 * @param json every field of the row's entity
 */
public record Row(String id, long version, ObjectNode json) {
  static Row of(ObjectNode json) {
    return new Row(json.get(Entity.ID).stringValue(), json.get(Entity.VERSION).longValue(), json);
  }
}
