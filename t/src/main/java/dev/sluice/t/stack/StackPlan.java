// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.stack;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a stack consists of. Immutable.
 *
 * @param providers provider simulators, in the order of preference
 * @param accounts callers, each with one API key
 * @param settings more settings of sluice.yaml by dotted key, such as {@code scheduler.policy: strict}; values are YAML
 * @param routeConf the value of ai-scheduler on the route, JSON
 * @param eventsTo where the gateway sends completion events instead of straight to the runner; for tests that tamper with them
 * @param suppliers further simulators with upstreams of their own, which no local provider of the configuration names; they demand {@link
 *     #SUPPLIER_TOKEN}
 * @param runnerApart whether the runner is a process wherever the other parts live; for tests of what only a process has
 */
public record StackPlan(
    List<ProviderPlan> providers,
    List<AccountPlan> accounts,
    Map<String, String> settings,
    String routeConf,
    Optional<URI> eventsTo,
    List<ProviderPlan> suppliers,
    boolean runnerApart) {
  /** The model that every provider of a plan serves unless it says otherwise. */
  public static final String MODEL = "sim-model";

  /** What suppliers want to be shown. */
  public static final String SUPPLIER_TOKEN = "supplier.signed-token.1";

  /** A plan without suppliers. */
  public StackPlan(
      List<ProviderPlan> providers, List<AccountPlan> accounts, Map<String, String> settings, String routeConf, Optional<URI> eventsTo) {
    this(providers, accounts, settings, routeConf, eventsTo, List.of(), false);
  }

  /**
   * One provider: a simulator and the capacity that Sluice is told.
   *
   * @param name its name in every file
   * @param tokensPerSecond capacity told to Sluice
   * @param maxConcurrent limit told to Sluice
   * @param maxContext context window told to Sluice
   * @param upstreamModel the provider's own name for the model; the same as {@link #MODEL} where nothing is mapped
   * @param simulator extra arguments of the simulator
   */
  public record ProviderPlan(
      String name, long tokensPerSecond, int maxConcurrent, long maxContext, String upstreamModel, List<String> simulator) {
    /** A provider with a context of 32 768 tokens and no model mapping. */
    public static ProviderPlan of(String name, long tokensPerSecond, int maxConcurrent) {
      return new ProviderPlan(name, tokensPerSecond, maxConcurrent, 32_768, MODEL, List.of());
    }
  }

  /**
   * A caller.
   *
   * @param account its name
   * @param level its priority level; below 0 for a key that names none
   * @param more further entries of its key in keys.yaml, such as {@code models: [a], status: revoked}; empty for none
   */
  public record AccountPlan(String account, int level, String more) {
    /** A caller whose key has nothing but a level. */
    public AccountPlan(String account, int level) {
      this(account, level, "");
    }
  }

  /** A plan without further settings. */
  public static StackPlan of(List<ProviderPlan> providers, List<AccountPlan> accounts) {
    return new StackPlan(providers, accounts, Map.of(), "{}", Optional.empty());
  }

  /** The same with one setting more. */
  public StackPlan with(String key, String yaml) {
    Map<String, String> more = new TreeMap<>(settings);
    more.put(key, yaml);
    return new StackPlan(providers, accounts, more, routeConf, eventsTo, suppliers, runnerApart);
  }

  /** The same with completion events sent to {@code uri}. */
  public StackPlan withEventsTo(URI uri) {
    return new StackPlan(providers, accounts, settings, routeConf, Optional.of(uri), suppliers, runnerApart);
  }

  /** The same with a supplier more. */
  public StackPlan withSupplier(ProviderPlan supplier) {
    List<ProviderPlan> more = new ArrayList<>(suppliers);
    more.add(supplier);
    return new StackPlan(providers, accounts, settings, routeConf, eventsTo, List.copyOf(more), runnerApart);
  }

  /** The same with a process for the runner. */
  public StackPlan withRunnerApart() {
    return new StackPlan(providers, accounts, settings, routeConf, eventsTo, suppliers, true);
  }
}
