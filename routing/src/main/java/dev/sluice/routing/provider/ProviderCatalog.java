// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.provider;

import dev.sluice.routing.provider.Resolution.Serving;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * All providers at one version of the configuration, by the models they serve. Immutable.
 *
 * <p>Names are canonical or aliases; an alias given by any provider leads to all providers of its canonical model. Entries for
 * {@link ServedModel#ANY} serve what no entry names.
 */
public final class ProviderCatalog {
  private static final Resolution UNKNOWN = new Resolution.Unknown();

  private final long version;
  private final List<Provider> providers;
  private final Map<String, Provider> byProvider;
  private final Map<String, Resolution.Served> byModel;
  private final Map<String, Resolution.Served> byName;

  private ProviderCatalog(
      long version, List<Provider> providers, Map<String, Resolution.Served> byModel, Map<String, Resolution.Served> byName) {
    this.version = version;
    this.providers = providers;
    this.byProvider = providers.stream().collect(Collectors.toUnmodifiableMap(Provider::name, Function.identity()));
    this.byModel = byModel;
    this.byName = byName;
  }

  /**
   * A catalogue of {@code providers}, in order of preference.
   *
   * @throws IllegalArgumentException if a provider's name, or a model within a provider, occurs twice, or an alias leads to two
   *     models
   */
  public static ProviderCatalog of(long version, List<? extends Provider> providers) {
    Map<String, List<Serving>> servings = new LinkedHashMap<>();
    var names = new HashMap<String, String>();
    for (Provider provider : providers) {
      if (names.put(provider.name(), "") != null) {
        throw new IllegalArgumentException("provider: " + provider.name() + " twice (expected: unique names)");
      }
      for (ServedModel served : provider.models()) {
        List<Serving> list = servings.computeIfAbsent(served.model(), model -> new ArrayList<>());
        if (list.stream().anyMatch(serving -> serving.provider().equals(provider))) {
          throw new IllegalArgumentException("model: " + served.model() + " twice in " + provider.name() + " (expected: once)");
        }
        list.add(new Serving(provider, served));
      }
    }
    Map<String, Resolution.Served> byModel = new LinkedHashMap<>();
    servings.forEach((model, list) -> byModel.put(model, new Resolution.Served(model, list)));
    return new ProviderCatalog(version, List.copyOf(providers), Collections.unmodifiableMap(byModel), byName(byModel));
  }

  private static Map<String, Resolution.Served> byName(Map<String, Resolution.Served> byModel) {
    var byName = new HashMap<>(byModel);
    for (Resolution.Served served : byModel.values()) {
      for (Serving serving : served.servings()) {
        for (String alias : serving.served().aliases()) {
          Resolution.Served other = byName.putIfAbsent(alias, served);
          if (other != null && !other.model().equals(served.model())) {
            throw new IllegalArgumentException(
                "alias: " + alias + " of " + served.model() + " and " + other.model() + " (expected: one model)");
          }
        }
      }
    }
    byName.remove(ServedModel.ANY);
    return Map.copyOf(byName);
  }

  /** The canonical model and its providers for a name that a caller used. */
  public Resolution resolve(String requestedModel) {
    Resolution.Served named = byName.get(requestedModel);
    if (named != null) {
      return named;
    }
    Resolution.Served any = byModel.get(ServedModel.ANY);
    return any != null ? any : UNKNOWN;
  }

  /** Every canonical model with its providers, in the order first configured; {@link ServedModel#ANY} may be among them. */
  public List<Resolution.Served> models() {
    return List.copyOf(byModel.values());
  }

  /** Every provider, in the order configured. */
  public List<Provider> providers() {
    return providers;
  }

  /** The provider of this name. */
  public Optional<Provider> provider(String name) {
    return Optional.ofNullable(byProvider.get(name));
  }

  /** Grows with every change of the configuration. */
  public long version() {
    return version;
  }
}
