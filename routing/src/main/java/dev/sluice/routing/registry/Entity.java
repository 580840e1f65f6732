// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.registry;

import dev.sluice.routing.registry.Field.Need;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The declaration of one table that administrators change. Immutable.
 *
 * @param name what one row is called, such as {@code account}
 * @param order the fields that rows are listed by; the last is the id
 * @param filters fields by whose value a list may be narrowed
 * @param removable whether rows can be removed
 */
public record Entity(String name, String table, List<Field> fields, List<String> order, List<String> filters, boolean removable) {
  /** Every row's name. */
  public static final String ID = "id";

  /** Every row's version. */
  public static final String VERSION = "version";

  private static final List<Field> BOOKKEEPING =
      List.of(
          Field.free(VERSION, Storage.INTEGER, Need.READ_ONLY, "Grows by one with each change."),
          Field.free("created_at", Storage.INSTANT, Need.READ_ONLY, "When the row was made."),
          Field.free("updated_at", Storage.INSTANT, Need.READ_ONLY, "When the row was changed last."));

  public Entity {
    var all = new ArrayList<>(fields);
    all.addAll(BOOKKEEPING);
    fields = List.copyOf(all);
    order = List.copyOf(order);
    filters = List.copyOf(filters);
  }

  /** The field of this name. */
  public Optional<Field> field(String name) {
    return fields.stream().filter(field -> field.name().equals(name)).findFirst();
  }

  private List<String> writable() {
    return fields.stream().filter(field -> field.need() != Need.READ_ONLY).map(Field::name).toList();
  }

  /** What is wrong with a new row, each field by itself. A null counts as absent. */
  List<Fault> refuseNew(ObjectNode given) {
    var faults = new ArrayList<Fault>();
    for (var member : given.properties()) {
      Optional<Field> field = field(member.getKey()).filter(known -> known.need() != Need.READ_ONLY);
      if (field.isEmpty()) {
        faults.add(Fault.unknown(member.getKey(), writable()));
      } else if (!member.getValue().isNull()) {
        faults.addAll(field.get().refuse(member.getValue()));
      }
    }
    for (Field field : fields) {
      boolean needed = field.need() == Need.REQUIRED || field.need() == Need.FIXED_REQUIRED;
      if (needed && (!given.has(field.name()) || given.get(field.name()).isNull())) {
        faults.add(Fault.of(field.name(), "missing", field.kind().map(kind -> kind.expected()).orElse(field.storage().description())));
      }
    }
    return faults;
  }

  /** What is wrong with a merge patch, each field by itself. */
  List<Fault> refusePatch(ObjectNode patch) {
    var faults = new ArrayList<Fault>();
    for (var member : patch.properties()) {
      Optional<Field> found = field(member.getKey());
      if (found.isEmpty()) {
        faults.add(Fault.unknown(member.getKey(), writable()));
        continue;
      }
      Field field = found.get();
      JsonNode value = member.getValue();
      switch (field.need()) {
        case FIXED, FIXED_REQUIRED, READ_ONLY -> faults.add(Fault.of(field.name(), Field.shown(value), "left out: it cannot be changed"));
        case REQUIRED, DEFAULTED -> {
          if (value.isNull()) {
            faults.add(Fault.of(field.name(), "null", "a value, or left out to keep the present one"));
          } else if (field.storage() != Storage.DOCUMENT || !value.isObject()) {
            faults.addAll(field.refuse(value));
          }
        }
        case CLEARABLE, EMPTIABLE -> {
          if (!value.isNull()) {
            faults.addAll(field.refuse(value));
          }
        }
      }
    }
    return faults;
  }

  /** The row with the patch applied, as RFC 7396 says; {@code row} is not changed. */
  ObjectNode merged(ObjectNode row, ObjectNode patch) {
    ObjectNode merged = row.deepCopy();
    for (var member : patch.properties()) {
      Field field = field(member.getKey()).orElseThrow();
      JsonNode value = member.getValue();
      if (value.isNull() && field.need() == Need.EMPTIABLE) {
        merged.set(field.name(), field.storage() == Storage.TEXT ? merged.stringNode("") : merged.arrayNode());
      } else if (field.storage() == Storage.DOCUMENT && merged.get(field.name()) instanceof ObjectNode old && value instanceof ObjectNode change) {
        merged.set(field.name(), mergedDocument(old, change));
      } else {
        merged.set(field.name(), value);
      }
    }
    return merged;
  }

  private static ObjectNode mergedDocument(ObjectNode old, ObjectNode change) {
    ObjectNode merged = old.deepCopy();
    for (var member : change.properties()) {
      if (member.getValue().isNull()) {
        merged.remove(member.getKey());
      } else if (member.getValue() instanceof ObjectNode inner) {
        ObjectNode before = merged.get(member.getKey()) instanceof ObjectNode present ? present : merged.objectNode();
        merged.set(member.getKey(), mergedDocument(before, inner));
      } else {
        merged.set(member.getKey(), member.getValue());
      }
    }
    return merged;
  }
}
