// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.config;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What one section holds after reading: the value of every key, read or default, and where it came from. Not changed once
 * {@link SectionReader} has returned it, and then thread-safe.
 */
public final class Values {
  private final String path;
  private final Place place;
  private final Map<String, Object> values = new LinkedHashMap<>();
  private final Map<String, Place> places = new LinkedHashMap<>();
  private final Set<String> unsound = new HashSet<>();
  private final Map<String, Map<String, Values>> inner = new LinkedHashMap<>();

  Values(String path, Place place) {
    this.path = path;
    this.place = place;
  }

  void put(Key<?> key, Object value, Place where) {
    values.put(key.name(), value);
    places.put(key.name(), where);
  }

  void markUnsound(Key<?> key) {
    unsound.add(key.name());
  }

  void put(Section section, Map<String, Values> read) {
    inner.put(section.name(), read);
  }

  /** The value of a key that has a default or is required and was read without a problem. */
  public <T> T get(Key<T> key) {
    return find(key).orElseThrow(() -> new IllegalStateException(path(key) + ": absent (expected: a value)"));
  }

  /** The value of a key, if there is one. */
  @SuppressWarnings("unchecked") // only SectionReader puts values, and it reads each with its key's own kind
  public <T> Optional<T> find(Key<T> key) {
    return Optional.ofNullable((T) values.get(key.name()));
  }

  /** True if none of the keys had a problem; a check over several keys is of use only then. */
  public boolean sound(Key<?>... keys) {
    for (Key<?> key : keys) {
      if (unsound.contains(key.name())) {
        return false;
      }
    }
    return true;
  }

  /** The one section of this name; empty values if it was not written. */
  public Values section(Section section) {
    return of(section).values().iterator().next();
  }

  /** The sections under free names, in the order written. */
  public Map<String, Values> named(Section section) {
    return of(section);
  }

  /** The items of a list, in the order written. */
  public List<Values> items(Section section) {
    return List.copyOf(of(section).values());
  }

  private Map<String, Values> of(Section section) {
    Map<String, Values> found = inner.get(section.name());
    if (found == null) {
      throw new IllegalArgumentException("section: " + section.name() + " (expected: one of " + inner.keySet() + ")");
    }
    return found;
  }

  /** Dotted path of the section; empty for the document. */
  public String path() {
    return path;
  }

  /** Dotted path of a key of this section. */
  public String path(Key<?> key) {
    return path.isEmpty() ? key.name() : path + "." + key.name();
  }

  /** Where the section begins. */
  public Place place() {
    return place;
  }

  /** Where a key's value was written; {@link Place#DEFAULT} if nowhere. */
  public Place place(Key<?> key) {
    return places.getOrDefault(key.name(), Place.DEFAULT);
  }

  /** True if someone wrote a value for the key. */
  public boolean written(Key<?> key) {
    return !place(key).equals(Place.DEFAULT);
  }

  /** Notes that a key's value is not what was expected, at the place it was written. */
  public void refuse(Key<?> key, String expected, Problems problems) {
    problems.add(written(key) ? place(key) : place, path(key), key.sensitive() ? "***" : shown(key), expected);
  }

  /** A key's value as YAML text; empty text if it has none. Masked keys are shown too: callers decide. */
  public <T> String shown(Key<T> key) {
    return find(key).map(key.kind()::show).orElse("");
  }
}
