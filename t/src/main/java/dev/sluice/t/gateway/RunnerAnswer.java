// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.gateway;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What became of a call to the runner. Immutable. */
sealed interface RunnerAnswer {

  /** The runner has nothing to say. */
  record Continue() implements RunnerAnswer {}

  /** The runner answers the client itself; an empty body leaves the page to the gateway. */
  record Stop(int status, List<Field> headers, Bytes body) implements RunnerAnswer {}

  /** The runner changes the request and goes on; an empty path or body changes nothing. */
  record Rewrite(String path, List<Field> headers, List<Field> args, List<Field> respHeaders, Bytes body)
      implements RunnerAnswer {}

  /** The call failed; {@code reason} is for the log. */
  record Failed(String reason) implements RunnerAnswer {}

  /** A name with a value; no value deletes the field. */
  record Field(String name, Value value) {
    static Field of(String name, @Nullable String value) {
      return new Field(name, value == null ? new Value.Absent() : new Value.Text(value));
    }

    Optional<String> text() {
      return switch (value) {
        case Value.Absent absent -> Optional.empty();
        case Value.Text(String text) -> Optional.of(text);
      };
    }
  }

  /** A field's value. */
  sealed interface Value {
    /** None was given. */
    record Absent() implements Value {}

    /** The value, possibly empty. */
    record Text(String text) implements Value {}
  }
}
