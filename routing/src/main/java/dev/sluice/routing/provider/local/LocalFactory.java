// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.provider.local;

import static dev.sluice.routing.provider.local.LocalKeys.Credential;
import static dev.sluice.routing.provider.local.LocalKeys.Model;
import static dev.sluice.routing.provider.local.LocalKeys.Probing;

import dev.sluice.routing.config.Problems;
import dev.sluice.routing.config.Secret;
import dev.sluice.routing.config.Section;
import dev.sluice.routing.config.Surroundings;
import dev.sluice.routing.config.Values;
import dev.sluice.routing.provider.CapacityKeys;
import dev.sluice.routing.provider.Credentials;
import dev.sluice.routing.provider.Probe;
import dev.sluice.routing.provider.ProviderFactory;
import dev.sluice.routing.provider.ProviderMetadata;
import dev.sluice.routing.provider.ProviderPlan;
import dev.sluice.routing.provider.ServedModel;
import dev.sluice.routing.provider.Target;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The type {@code local}: upstreams of the gateway that the operator describes. Immutable. */
public final class LocalFactory implements ProviderFactory {
  /** Its name. */
  public static final String TYPE = "local";

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Section section() {
    return LocalKeys.SECTION;
  }

  @Override
  public List<ProviderPlan> read(Values provider, Surroundings surroundings, Problems problems) {
    LocalChecks.run(provider, problems);
    List<ProviderPlan> plans = new ArrayList<>();
    provider
        .named(LocalKeys.SECTION)
        .forEach(
            (name, values) -> {
              Credentials credentials = credentials(values.section(Credential.SECTION), surroundings, problems);
              if (values.items(Model.SECTION).stream().allMatch(model -> model.sound(Model.MODEL))) {
                List<ServedModel> models = values.items(Model.SECTION).stream().map(model -> served(values, model)).toList();
                ProviderMetadata metadata = new ProviderMetadata(name, TYPE, values.find(LocalKeys.REGION).map(Set::of).orElse(Set.of()));
                plans.add(new LocalPlan(metadata, models, credentials, target(values), values.get(LocalKeys.REQUEST_STREAM_USAGE), probe(values.section(Probing.SECTION))));
              }
            });
    return List.copyOf(plans);
  }

  private static Optional<Probe> probe(Values values) {
    return values
        .find(Probing.URL)
        .map(url -> new Probe(URI.create(url), values.get(Probing.INTERVAL), values.get(Probing.TIMEOUT), values.get(Probing.FAILURES)));
  }

  private static Target target(Values values) {
    Optional<String> prefix = values.find(LocalKeys.PATH_PREFIX).map(path -> path.equals("/") ? "" : path);
    return new Target(values.find(LocalKeys.HOST), prefix, values.get(LocalKeys.HEADERS));
  }

  private static Credentials credentials(Values values, Surroundings surroundings, Problems problems) {
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
    return new ServedModel(
        model.get(Model.MODEL), model.find(Model.UPSTREAM_MODEL), model.get(Model.ALIASES), CapacityKeys.limits(model, provider), CapacityKeys.pace(model, provider));
  }
}
