// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The faults found so far while one configuration is read. Not thread-safe; confined to the reading thread. */
public final class Problems {
  private final List<ConfigProblem> found = new ArrayList<>();

  /** Notes that {@code value} at {@code path} is not what was {@code expected}. */
  public void add(Place place, String path, String value, String expected) {
    found.add(new ConfigProblem(place, path, value, expected, Optional.empty()));
  }

  /** Notes a name nobody knows, with the nearest of {@code known} if one is near. */
  public void addUnknown(Place place, String path, String name, Collection<String> known, String expected) {
    found.add(new ConfigProblem(place, path, "unknown key", expected, NearestName.of(name, known)));
  }

  /** Notes a reference to something that does not exist, with the nearest of {@code known} if one is near. */
  public void addDangling(Place place, String path, String name, Collection<String> known, String expected) {
    found.add(new ConfigProblem(place, path, name, expected, NearestName.of(name, known)));
  }

  /** Number of faults so far. */
  public int count() {
    return found.size();
  }

  /** True while nothing is wrong. */
  public boolean none() {
    return found.isEmpty();
  }

  /** Every fault, in the order found. */
  public List<ConfigProblem> list() {
    return List.copyOf(found);
  }

  /** Returns if nothing was found, else throws all of it. */
  public void throwIfAny() throws ConfigException {
    if (!found.isEmpty()) {
      throw new ConfigException(found);
    }
  }
}
