// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.provider;

import dev.sluice.routing.config.Problems;
import dev.sluice.routing.config.Section;
import dev.sluice.routing.config.Surroundings;
import dev.sluice.routing.config.Values;
import java.util.List;

/**
 * A type of provider, found by {@link java.util.ServiceLoader}: what it calls its section under {@code provider} in the
 * configuration, the keys it knows there, and how plans are made of them. Immutable, with a public constructor without parameters.
 *
 * <p>A jar offers its types in {@code META-INF/services/dev.sluice.routing.provider.ProviderFactory}. Every type on the class path is
 * part of the document: its keys are checked, described in the schema and shown in the effective configuration like any other.
 */
public interface ProviderFactory {
  /** The name of the type and of its section: {@code provider.<type>}; lower case letters and {@code _}. */
  String type();

  /** The form of its section, named {@link #type()}: one map, or a map of them by the providers' names. */
  Section section();

  /**
   * The plans of what is configured, in the order written; those at fault are left out and their faults noted. Pure: it opens nothing,
   * contacts nobody, and is called again for every reload and every {@code sluice check}.
   *
   * @param provider the section {@code provider}, which holds {@link #section()}
   */
  List<ProviderPlan> read(Values provider, Surroundings surroundings, Problems problems);
}
