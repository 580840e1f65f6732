// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.gateway;

import dev.sluice.t.gateway.RunnerAnswer.Field;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The decoded query arguments of one request; an argument without {@code =} has no value. Not thread-safe. */
final class QueryArgs {
  private static final int MAX_ARGS = 100;

  private final List<Field> fields = new ArrayList<>();

  /** Reads what follows the question mark; an undecodable escape stays as it is written. */
  static QueryArgs parse(String query) {
    QueryArgs args = new QueryArgs();
    for (String part : query.split("&", -1)) {
      if (!part.isEmpty() && args.fields.size() < MAX_ARGS) {
        int equals = part.indexOf('=');
        args.fields.add(
            equals < 0
                ? Field.of(decode(part), null)
                : Field.of(decode(part.substring(0, equals)), decode(part.substring(equals + 1))));
      }
    }
    return args;
  }

  List<Field> fields() {
    return List.copyOf(fields);
  }

  Optional<String> first(String name) {
    return fields.stream().filter(f -> f.name().equals(name)).findFirst().flatMap(Field::text);
  }

  void remove(String name) {
    fields.removeIf(f -> f.name().equals(name));
  }

  /** Applies a rewrite: a name's first entry replaces what was there, later ones add to it, no value deletes. */
  void apply(List<Field> changes) {
    Set<String> changed = new HashSet<>();
    for (Field change : changes) {
      if (change.text().isEmpty()) {
        remove(change.name());
      } else {
        if (changed.add(change.name())) {
          remove(change.name());
        }
        fields.add(change);
      }
    }
  }

  /** The arguments as they go on the wire, without the question mark. */
  String encoded() {
    StringBuilder out = new StringBuilder();
    for (Field field : fields) {
      out.append(out.isEmpty() ? "" : "&").append(encode(field.name()));
      field.text().ifPresent(text -> out.append('=').append(encode(text)));
    }
    return out.toString();
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return text;
    }
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
