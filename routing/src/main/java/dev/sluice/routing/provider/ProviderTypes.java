// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.provider;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

/** The types of providers on the class path. Immutable. */
public final class ProviderTypes {
  private ProviderTypes() {}

  /**
   * Every type once, those of the product before others and else by name, so that the configuration's form does not depend on the
   * order of the class path.
   *
   * @throws IllegalStateException if two factories call themselves the same, or one has a section of another name
   */
  public static List<ProviderFactory> discover() {
    List<ProviderFactory> types = new ArrayList<>();
    Map<String, ProviderFactory> byType = new HashMap<>();
    for (ProviderFactory factory : ServiceLoader.load(ProviderFactory.class, ProviderFactory.class.getClassLoader())) {
      ProviderFactory other = byType.putIfAbsent(factory.type(), factory);
      if (other != null) {
        throw new IllegalStateException(
            "provider type: " + factory.type() + " of " + factory.getClass().getName() + " and " + other.getClass().getName() + " (expected: one)");
      }
      if (!factory.section().name().equals(factory.type())) {
        throw new IllegalStateException(
            "section: " + factory.section().name() + " of " + factory.getClass().getName() + " (expected: " + factory.type() + ")");
      }
      types.add(factory);
    }
    types.sort(Comparator.comparing(ProviderTypes::foreign).thenComparing(ProviderFactory::type));
    return List.copyOf(types);
  }

  private static boolean foreign(ProviderFactory factory) {
    return !factory.getClass().getPackageName().startsWith("dev.sluice.");
  }
}
