// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.config;

import java.util.Optional;

/**
 * The declaration of one configuration key: the only place its name, kind, default and meaning are written. Immutable.
 *
 * @param name as written in YAML
 * @param fallback the default as text of its kind; empty if the key has none
 * @param absence what the lack of a value means, for the reference table; unused with a fallback
 * @param required true if the section is wrong without it
 * @param sensitive true if its value may be a secret put in the wrong place, so that problems hide it
 * @param startOnly true if a change needs a restart although the key's section is live
 * @param doc one sentence of meaning, with the unit where there is one
 */
public record Key<T>(
    String name, Kind<T> kind, Optional<String> fallback, String absence, boolean required, boolean sensitive, boolean startOnly, String doc) {

  /** A key with a default. */
  public static <T> Key<T> of(String name, Kind<T> kind, String fallback, String doc) {
    return new Key<>(name, kind, Optional.of(fallback), fallback, false, false, false, doc);
  }

  /** A key that may be absent; {@code absence} says what then holds. */
  public static <T> Key<T> optional(String name, Kind<T> kind, String absence, String doc) {
    return new Key<>(name, kind, Optional.empty(), absence, false, false, false, doc);
  }

  /** A key that must be written. */
  public static <T> Key<T> required(String name, Kind<T> kind, String doc) {
    return new Key<>(name, kind, Optional.empty(), "required", true, false, false, doc);
  }

  /** The same key with its value kept out of problems and of the effective configuration. */
  public Key<T> masked() {
    return new Key<>(name, kind, fallback, absence, required, true, startOnly, doc);
  }

  /** The same key, whose changes need a restart although its section is live. */
  public Key<T> atStart() {
    return new Key<>(name, kind, fallback, absence, required, sensitive, true, doc);
  }
}
