// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

import static dev.sluice.plugin.config.ProviderKeys.Credential;
import static dev.sluice.plugin.config.ProviderKeys.Model;

import dev.sluice.routing.config.Key;
import dev.sluice.routing.config.Problems;
import dev.sluice.routing.config.Secret;
import dev.sluice.routing.config.Values;
import dev.sluice.routing.provider.Credentials;
import dev.sluice.routing.provider.LocalProvider;
import dev.sluice.routing.provider.ModelLimits;
import dev.sluice.routing.provider.Pace;
import dev.sluice.routing.provider.ServedModel;
import dev.sluice.routing.provider.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes providers of their values. Not thread-safe; confined to the loading thread. */
final class ProviderBinder {
  private final Surroundings surroundings;
  private final Problems problems;

  ProviderBinder(Surroundings surroundings, Problems problems) {
    this.surroundings = surroundings;
    this.problems = problems;
  }

  /** The providers without a fault; what is wrong with the others is among the problems. */
  List<LocalProvider> bind(Map<String, Values> named) {
    var providers = new ArrayList<LocalProvider>();
    named.forEach(
        (name, values) -> {
          Credentials credentials = credentials(values.section(Credential.SECTION));
          if (values.items(Model.SECTION).stream().allMatch(model -> model.sound(Model.MODEL))) {
            List<ServedModel> models = values.items(Model.SECTION).stream().map(model -> served(values, model)).toList();
            boolean usage = values.get(ProviderKeys.REQUEST_STREAM_USAGE);
            providers.add(new LocalProvider(name, models, credentials, target(values), usage));
          }
        });
    return List.copyOf(providers);
  }

  private static Target target(Values values) {
    Optional<String> prefix = values.find(ProviderKeys.PATH_PREFIX).map(path -> path.equals("/") ? "" : path);
    return new Target(values.find(ProviderKeys.HOST), prefix, values.get(ProviderKeys.HEADERS));
  }

  private Credentials credentials(Values values) {
    Optional<Secret> secret = surroundings.secret(values, Credential.ENV, Credential.FILE, problems);
    boolean named = values.find(Credential.ENV).isPresent() || values.find(Credential.FILE).isPresent();
    boolean described = values.written(Credential.HEADER) || values.written(Credential.SCHEME);
    if (described && !named && values.sound(Credential.ENV, Credential.FILE)) {
      problems.add(values.place(), values.path(), "no secret", "env or file beside header and scheme");
    }
    String header = values.get(Credential.HEADER);
    String scheme = values.find(Credential.SCHEME).orElse(header.equals("authorization") ? "Bearer" : "");
    return secret.isPresent() ? new Credentials.Header(header, scheme, secret.get()) : new Credentials.None();
  }

  private static ServedModel served(Values provider, Values model) {
    var limits =
        new ModelLimits(
            pick(provider, model, ProviderKeys.MAX_TOKENS_PER_SEC),
            pick(provider, model, ProviderKeys.MAX_RPS),
            pick(provider, model, ProviderKeys.MAX_CONCURRENT),
            pick(provider, model, ProviderKeys.MAX_CONTEXT_LENGTH));
    var pace =
        new Pace(
            pick(provider, model, ProviderKeys.PREFILL_TOKENS_PER_SEC),
            pick(provider, model, ProviderKeys.OUTPUT_TOKENS_PER_SEC),
            pick(provider, model, ProviderKeys.TIMEOUT));
    return new ServedModel(model.get(Model.MODEL), model.find(Model.UPSTREAM_MODEL), model.get(Model.ALIASES), limits, pace);
  }

  private static <T> T pick(Values provider, Values model, Key<T> key) {
    return model.find(key).orElseGet(() -> provider.get(key));
  }
}
