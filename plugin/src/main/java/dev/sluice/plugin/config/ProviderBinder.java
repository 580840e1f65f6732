// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

import dev.sluice.routing.config.Problems;
import dev.sluice.routing.config.Surroundings;
import dev.sluice.routing.config.Values;
import dev.sluice.routing.marketplace.provider.MarketFactory;
import dev.sluice.routing.provider.ProviderFactory;
import dev.sluice.routing.provider.ProviderPlan;
import dev.sluice.routing.provider.ServedModel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Makes plans of providers of their values, whatever their types. Not thread-safe; confined to the loading thread. */
final class ProviderBinder {
  private final Values provider;
  private final Problems problems;

  private ProviderBinder(Values provider, Problems problems) {
    this.provider = provider;
    this.problems = problems;
  }

  /** The plans without a fault, in order of preference; what is wrong with the others is among the problems. */
  static List<ProviderPlan> bind(Values root, Surroundings surroundings, Problems problems) {
    Values provider = root.section(SluiceDocument.PROVIDER);
    int before = problems.count();
    List<ProviderPlan> plans = new ArrayList<>();
    for (ProviderFactory type : SluiceDocument.PROVIDER_TYPES) {
      plans.addAll(type.read(provider, surroundings, problems));
    }
    var binder = new ProviderBinder(provider, problems);
    if (problems.count() == before) {
      binder.names(plans);
      binder.aliases(plans);
      binder.localFirst(plans);
    }
    return binder.ordered(plans);
  }

  static SluiceConfig.ProvidingSettings providing(Values provider) {
    return new SluiceConfig.ProvidingSettings(
        ChoiceKeys.bind(provider.section(ChoiceKeys.SECTION)),
        Set.copyOf(provider.get(SluiceDocument.REGIONS)),
        HealthKeys.bind(provider.section(HealthKeys.SECTION)));
  }

  private void names(List<ProviderPlan> plans) {
    Set<String> names = new HashSet<>();
    for (ProviderPlan plan : plans) {
      if (!names.add(plan.metadata().name())) {
        problems.add(provider.place(), provider.path(), plan.metadata().name(), "each name once, whatever the type of provider");
      }
    }
  }

  /** Between types; each type looks after its own. */
  private void aliases(List<ProviderPlan> plans) {
    Set<String> models = new HashSet<>();
    plans.forEach(plan -> plan.models().forEach(served -> models.add(served.model())));
    Map<String, String> meant = new HashMap<>();
    for (ProviderPlan plan : plans) {
      for (ServedModel served : plan.models()) {
        for (String alias : served.aliases()) {
          String other = models.contains(alias) ? alias : meant.putIfAbsent(alias, served.model());
          if (other != null && !other.equals(served.model())) {
            problems.add(provider.place(), provider.path(), alias, "an alias of one model; it stands for " + other + " and for " + served.model());
          }
        }
      }
    }
  }

  /** A model that only the marketplace names would leave a local provider of any model, and so go to the marketplace alone. */
  private void localFirst(List<ProviderPlan> plans) {
    Set<String> local = new HashSet<>();
    Set<String> sold = new TreeSet<>();
    for (ProviderPlan plan : plans) {
      plan.models().forEach(served -> (plan.metadata().type().equals(MarketFactory.TYPE) ? sold : local).add(served.model()));
    }
    if (local.contains(ServedModel.ANY)) {
      sold.removeAll(local);
      for (String model : sold) {
        problems.add(
            provider.place(),
            provider.path() + "." + MarketFactory.TYPE + ".models",
            model,
            "a model that provider.local names as well: its \"*\" does not serve models that others name");
      }
    }
  }

  /** Those that {@code failover_order} names first, in its order. */
  private List<ProviderPlan> ordered(List<ProviderPlan> plans) {
    List<String> order = provider.find(SluiceDocument.FAILOVER_ORDER).orElse(List.of());
    Set<String> names = new TreeSet<>();
    plans.forEach(plan -> names.add(plan.metadata().name()));
    for (String name : order) {
      if (!names.contains(name) && problems.none()) {
        problems.addDangling(provider.place(SluiceDocument.FAILOVER_ORDER), provider.path(SluiceDocument.FAILOVER_ORDER), name, names, "a provider");
      }
    }
    List<ProviderPlan> ordered = new ArrayList<>(plans);
    ordered.sort(Comparator.comparingInt(plan -> order.contains(plan.metadata().name()) ? order.indexOf(plan.metadata().name()) : order.size()));
    return List.copyOf(ordered);
  }
}
