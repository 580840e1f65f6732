// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

import dev.sluice.routing.config.Key;
import dev.sluice.routing.config.Problems;
import dev.sluice.routing.config.Secret;
import dev.sluice.routing.config.Values;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What a configuration refers to outside itself: environment variables and files. Immutable.
 *
 * @param folder where relative paths begin
 */
record Surroundings(Path folder, Map<String, String> environment) {
  /**
   * The surroundings of a configuration file: relative paths begin at the folder that holds {@code conf/}, or, where the file is
   * not in a folder of that name, beside the file.
   */
  static Surroundings of(Path configFile, Map<String, String> environment) {
    Path beside = configFile.toAbsolutePath().normalize().resolveSibling("");
    Path parent = beside.getParent();
    boolean inConf = beside.getFileName() != null && beside.getFileName().toString().equals("conf") && parent != null;
    return new Surroundings(inConf && parent != null ? parent : beside, environment);
  }

  Path resolve(Path path) {
    return folder.resolve(path).normalize();
  }

  /** The secret that one of two keys points to; empty if neither is given, or if it cannot be had, which is then a problem. */
  Optional<Secret> secret(Values values, Key<String> variable, Key<Path> file, Problems problems) {
    Optional<String> name = values.find(variable);
    Optional<Path> path = values.find(file);
    if (name.isPresent() && path.isPresent()) {
      problems.add(values.place(variable), values.path(variable), "given", "either " + variable.name() + " or " + file.name() + ", not both");
      return Optional.empty();
    }
    Optional<Secret> secret = name.flatMap(text -> Secret.ofVariable(environment, text)).or(() -> path.flatMap(p -> Secret.ofFile(resolve(p))));
    if (name.isPresent() && secret.isEmpty()) {
      // A name in our own style is no secret that was put in the wrong place, and the one thing to know.
      String shown = name.get().startsWith(SluiceDocument.PREFIX + "_") ? name.get() : "***";
      problems.add(values.place(variable), values.path(variable), shown, "a variable that is set, to one printable line");
    }
    if (path.isPresent() && secret.isEmpty()) {
      problems.add(values.place(file), values.path(file), "***", "a readable file of one printable line");
    }
    return secret;
  }
}
