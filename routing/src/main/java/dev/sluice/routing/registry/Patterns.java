// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.registry;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Refuses rules whose pattern could never be used. Immutable. */
final class Patterns {
  static final RowCheck CHECK =
      (entity, row) -> {
        if (!entity.equals(Entities.RULES)) {
          return List.of();
        }
        JsonNode pattern = row.path("match_key");
        JsonNode kind = row.path("match_key_kind");
        if (pattern.isString() != kind.isString()) {
          String missing = pattern.isString() ? "match_key_kind" : "match_key";
          return List.of(Fault.of(missing, "missing", "match_key and match_key_kind together, or neither"));
        }
        return pattern.isString() && kind.stringValue().equals("regex") ? syntax(pattern.stringValue()) : List.of();
      };

  private Patterns() {}

  private static List<Fault> syntax(String pattern) {
    try {
      Pattern.compile(pattern);
      return List.of();
    } catch (PatternSyntaxException e) {
      return List.of(Fault.of("match_key", pattern, "a regular expression of RE2: " + e.getDescription()));
    }
  }
}
