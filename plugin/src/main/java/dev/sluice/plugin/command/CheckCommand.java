// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.command;

import dev.sluice.plugin.config.BucketSettings;
import dev.sluice.plugin.config.ConfigLoader;
import dev.sluice.plugin.config.LoadedConfig;
import dev.sluice.plugin.config.PepperSource;
import dev.sluice.routing.config.ConfigException;
import dev.sluice.routing.config.Place;
import dev.sluice.routing.config.Problems;
import dev.sluice.routing.key.KeyFileReader;
import dev.sluice.routing.key.KeyRecord;
import dev.sluice.routing.provider.AllowedProviders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code sluice check}: reads the configuration and the key file as a start would, and says what it found. Immutable. */
final class CheckCommand {
  private CheckCommand() {}

  static int run(List<String> args, Surface surface) throws UsageException, ConfigException, IOException {
    var arguments = Arguments.parse(args, List.of("config"), List.of());
    arguments.expectRest(0, "no arguments");
    Path file = arguments.path("config", Commands.DEFAULT_CONFIG);
    LoadedConfig loaded = new ConfigLoader(file, surface.environment()).load();
    Path keysFile = loaded.config().tokenRouting().keysFile();
    boolean present = Files.exists(keysFile);
    var problems = new Problems();
    List<KeyRecord> keys = KeyFileReader.read(keysFile.toString(), present ? Files.readString(keysFile) : "", problems);
    List<String> providers = new ArrayList<>(loaded.config().providers().stream().map(plan -> plan.metadata().name()).toList());
    loaded.config().providers().forEach(plan -> plan.metadata().regions().forEach(region -> providers.add(AllowedProviders.REGION + region)));
    for (KeyRecord key : keys) {
      for (String provider : key.entitlement().providers()) {
        if (!providers.contains(provider)) {
          problems.addDangling(
              new Place(keysFile.toString(), 0), "key " + key.entitlement().keyId() + ": providers", provider, providers, "a provider of " + file);
        }
      }
    }
    problems.throwIfAny();
    PepperSource.of(loaded.config().tokenRouting(), surface.environment()).find();
    surface.out().println("# " + file + ": ok");
    surface.out().println("# " + keysFile + ": " + (present ? keys.size() + " keys, ok" : "not there yet"));
    loaded.config().scheduler().buckets().map(BucketSettings::warnings).orElse(List.of())
        .forEach(warning -> surface.out().println("# warning: " + warning));
    surface.out().print(loaded.effective());
    return Commands.OK;
  }
}
