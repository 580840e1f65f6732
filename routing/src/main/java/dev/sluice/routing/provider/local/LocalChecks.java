// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.provider.local;

import static dev.sluice.routing.provider.local.LocalKeys.Model.ALIASES;
import static dev.sluice.routing.provider.local.LocalKeys.Model.MODEL;

import dev.sluice.routing.config.Place;
import dev.sluice.routing.config.Problems;
import dev.sluice.routing.config.Values;
import dev.sluice.routing.provider.ServedModel;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What must hold between the models of local providers. Each check is silent while one of its keys is faulty in itself. Not
 * thread-safe; confined to the loading thread.
 */
final class LocalChecks {
  private final Values provider;
  private final Problems problems;

  private LocalChecks(Values provider, Problems problems) {
    this.provider = provider;
    this.problems = problems;
  }

  static void run(Values provider, Problems problems) {
    new LocalChecks(provider, problems).models();
  }

  private void models() {
    Map<String, String> canonical = new LinkedHashMap<>();
    Map<String, Values> providers = provider.named(LocalKeys.SECTION);
    for (Values local : providers.values()) {
      List<Values> models = local.items(LocalKeys.Model.SECTION);
      if (models.isEmpty()) {
        problems.add(local.place(), local.path() + ".models", "none", "at least one model");
      }
      var own = new HashSet<String>();
      for (Values model : models) {
        if (model.sound(MODEL)) {
          canonical.putIfAbsent(model.get(MODEL), model.path());
          if (!own.add(model.get(MODEL))) {
            model.refuse(MODEL, "each model once in a provider", problems);
          }
        }
      }
    }
    var aliasOf = new HashMap<String, String>();
    for (Values local : providers.values()) {
      for (Values model : local.items(LocalKeys.Model.SECTION)) {
        if (model.sound(MODEL, ALIASES)) {
          model.get(ALIASES).forEach(alias -> alias(model, alias, canonical, aliasOf));
        }
      }
    }
  }

  private void alias(Values model, String alias, Map<String, String> canonical, Map<String, String> aliasOf) {
    String name = model.get(MODEL);
    String other = aliasOf.putIfAbsent(alias, name);
    Place place = model.place(ALIASES);
    if (alias.equals(ServedModel.ANY) || name.equals(ServedModel.ANY)) {
      problems.add(place, model.path(ALIASES), alias, "no alias of or to *");
    } else if (canonical.containsKey(alias) && !alias.equals(name)) {
      problems.add(place, model.path(ALIASES), alias, "a name that is no model; " + canonical.get(alias) + " serves it as one");
    } else if (other != null && !other.equals(name)) {
      problems.add(place, model.path(ALIASES), alias, "an alias of one model; it already stands for " + other);
    }
  }
}
