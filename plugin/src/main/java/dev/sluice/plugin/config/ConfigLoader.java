// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

import dev.sluice.routing.config.ConfigException;
import dev.sluice.routing.config.ConfigProblem;
import dev.sluice.routing.config.Key;
import dev.sluice.routing.config.NearestName;
import dev.sluice.routing.config.Place;
import dev.sluice.routing.config.Problems;
import dev.sluice.routing.config.SectionReader;
import dev.sluice.routing.config.Surroundings;
import dev.sluice.routing.config.Values;
import dev.sluice.routing.config.YamlNode;
import dev.sluice.routing.config.YamlReader;
import dev.sluice.routing.marketplace.provider.MarketFactory;
import dev.sluice.routing.marketplace.provider.MarketSettings;
import dev.sluice.routing.provider.ProviderPlan;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.BiFunction;

/**
 * Reads the configuration of a process.
 *
 * <p>A variable {@code SLUICE_<SECTION>_<KEY>} wins over the file; what APISIX sets when it starts the runner, {@code
 * APISIX_LISTEN_ADDRESS} and {@code APISIX_CONF_EXPIRE_TIME}, wins over both. A variable that is one or two letters off a known
 * name is a problem; others that merely begin alike are not ours. Immutable.
 */
public final class ConfigLoader {
  private static final String LISTEN_ADDRESS = "APISIX_LISTEN_ADDRESS";
  private static final String EXPIRE_TIME = "APISIX_CONF_EXPIRE_TIME";
  private static final int TYPO_EDITS = 2;

  private final Path file;
  private final Map<String, String> environment;

  /** A loader of {@code file} that sees the given environment variables. */
  public ConfigLoader(Path file, Map<String, String> environment) {
    this.file = file;
    this.environment = Map.copyOf(environment);
  }

  /** The file this loader reads. */
  public Path file() {
    return file;
  }

  /** The environment variables that this loader sees. */
  public Map<String, String> environment() {
    return environment;
  }

  /** Reads the file as it is now; blocks on it. */
  public LoadedConfig load() throws ConfigException {
    var problems = new Problems();
    String text = text(problems);
    problems.throwIfAny();
    return read(text, problems);
  }

  /**
   * The settings of API keys alone, for those who work on the key file where the rest of the configuration, such as a
   * provider's secret, cannot be had. A missing file means the defaults.
   *
   * @throws ConfigException if the file is not YAML or these settings are at fault
   */
  public SluiceConfig.KeySettings keySettings() throws ConfigException {
    Surroundings surroundings = Surroundings.of(file, environment);
    return part(
        ConfigKeys.TokenRouting.SECTION.name(), (root, problems) -> SettingsBinder.tokenRouting(root.section(ConfigKeys.TokenRouting.SECTION), surroundings));
  }

  /**
   * The settings of the marketplace alone, for those who are asked for consent: without it the configuration as a whole is at fault. A
   * missing file means the defaults.
   *
   * @throws ConfigException if the file is not YAML or these settings are at fault
   */
  public MarketSettings marketSettings() throws ConfigException {
    Surroundings surroundings = Surroundings.of(file, environment);
    return part(
        SluiceDocument.PROVIDER.name() + "." + MarketFactory.TYPE,
        (root, problems) -> MarketSettings.of(root.section(SluiceDocument.PROVIDER), surroundings, problems));
  }

  private <T> T part(String path, BiFunction<Values, Problems, T> binding) throws ConfigException {
    var problems = new Problems();
    String text = Files.exists(file) ? text(problems) : "";
    problems.throwIfAny();
    Optional<Values> root =
        YamlReader.read(file.toString(), text, problems)
            .map(document -> new SectionReader(environment, SluiceDocument.PREFIX, problems).read(SluiceDocument.ROOT, document));
    Optional<T> bound = root.map(values -> binding.apply(values, problems));
    List<ConfigProblem> ours =
        problems.list().stream().filter(problem -> root.isEmpty() || problem.path().startsWith(path)).toList();
    if (bound.isEmpty() || !ours.isEmpty()) {
      throw new ConfigException(ours);
    }
    return bound.get();
  }

  private String text(Problems problems) {
    var place = new Place(file.toString(), 0);
    try {
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      problems.add(place, "", "no such file", "a configuration file; --config names another");
    } catch (CharacterCodingException e) {
      problems.add(place, "", "not UTF-8", "YAML in UTF-8");
    } catch (IOException e) {
      problems.add(place, "", "cannot be read (" + e.getClass().getSimpleName() + ")", "a readable file");
    }
    return "";
  }

  private LoadedConfig read(String text, Problems problems) throws ConfigException {
    Optional<YamlNode.Mapping> document = YamlReader.read(file.toString(), text, problems);
    if (document.isEmpty()) {
      throw new ConfigException(problems.list());
    }
    Values root = new SectionReader(overrides(problems), SluiceDocument.PREFIX, problems).read(SluiceDocument.ROOT, document.get());
    misspelledVariables(problems);
    CrossChecks.run(root, problems);
    var surroundings = Surroundings.of(file, environment);
    var secrets = SettingsBinder.Secrets.of(root, surroundings, problems);
    var storeSecrets = StoreBinder.Secrets.of(root, surroundings, problems);
    List<ProviderPlan> providers = ProviderBinder.bind(root, surroundings, problems);
    var guardSecrets = GuardBinder.Secrets.of(root, surroundings, problems);
    SluiceConfig.SenderSettings senders = SettingsBinder.senders(root, problems);
    problems.throwIfAny();
    var config =
        new SluiceConfig(
            SettingsBinder.runner(root.section(ConfigKeys.Runner.SECTION), surroundings),
            SettingsBinder.scheduler(root.section(ConfigKeys.Scheduler.SECTION), root.section(BucketKeys.SECTION)),
            SettingsBinder.tokenRouting(root.section(ConfigKeys.TokenRouting.SECTION), surroundings),
            senders,
            StoreBinder.bind(root, surroundings, storeSecrets),
            providers,
            HybridKeys.bind(root.section(SluiceDocument.PROVIDER).section(HybridKeys.SECTION), root.section(ConfigKeys.Scheduler.SECTION).get(ConfigKeys.Scheduler.PRIORITY_LEVELS)),
            ProviderBinder.providing(root.section(SluiceDocument.PROVIDER)),
            QuotaBinder.quotas(root),
            QuotaBinder.prices(root),
            SettingsBinder.protection(root, guardSecrets),
            SettingsBinder.observability(root.section(ConfigKeys.Observability.SECTION), surroundings),
            SettingsBinder.events(root.section(ConfigKeys.Events.SECTION), secrets),
            SettingsBinder.admin(root.section(ConfigKeys.Admin.SECTION), secrets));
    return new LoadedConfig(config, root);
  }

  private Map<String, String> overrides(Problems problems) {
    var overrides = new HashMap<>(environment);
    String address = environment.get(LISTEN_ADDRESS);
    if (address != null) {
      if (address.matches("unix:.+")) {
        overrides.put(runnerVariable(ConfigKeys.Runner.SOCKET), address.substring("unix:".length()));
      } else {
        problems.add(Place.variable(LISTEN_ADDRESS), "", address, "unix: and a path");
      }
    }
    String expiry = environment.get(EXPIRE_TIME);
    if (expiry != null) {
      if (expiry.matches("[1-9][0-9]{0,6}")) {
        overrides.put(runnerVariable(ConfigKeys.Runner.CONF_EXPIRE_TIME), expiry + "s");
      } else {
        problems.add(Place.variable(EXPIRE_TIME), "", expiry, "whole seconds, at least 1");
      }
    }
    return overrides;
  }

  private static String runnerVariable(Key<?> key) {
    return SectionReader.variable(SluiceDocument.PREFIX, ConfigKeys.Runner.SECTION.name(), key);
  }

  private void misspelledVariables(Problems problems) {
    List<String> known = EffectiveConfig.variables();
    for (String name : new TreeSet<>(environment.keySet())) {
      if (name.startsWith(SluiceDocument.PREFIX + "_") && !known.contains(name)) {
        NearestName.within(TYPO_EDITS, name, known)
            .ifPresent(near -> problems.addUnknown(Place.variable(name), "", name, known, "a name from the configuration reference"));
      }
    }
  }

}
