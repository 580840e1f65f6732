// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.config;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What a configuration refers to outside itself: environment variables and files. Immutable.
 *
 * @param folder where relative paths begin
 */
public record Surroundings(Path folder, Map<String, String> environment) {
  /** What the names of our own variables begin with. */
  private static final String OWN_PREFIX = "SLUICE_";

  /**
   * The surroundings of a configuration file: relative paths begin at the folder that holds {@code conf/}, or, where the file is
   * not in a folder of that name, beside the file.
   */
  public static Surroundings of(Path configFile, Map<String, String> environment) {
    Path beside = configFile.toAbsolutePath().normalize().resolveSibling("");
    Path parent = beside.getParent();
    boolean inConf = beside.getFileName() != null && beside.getFileName().toString().equals("conf") && parent != null;
    return new Surroundings(inConf && parent != null ? parent : beside, environment);
  }

  /** A path of the configuration as an absolute one. */
  public Path resolve(Path path) {
    return folder.resolve(path).normalize();
  }

  /** The secret that one of two keys points to; empty if neither is given, or if it cannot be had, which is then a problem. */
  public Optional<Secret> secret(Values values, Key<String> variable, Key<Path> file, Problems problems) {
    Optional<String> name = values.find(variable);
    Optional<Path> path = values.find(file);
    if (name.isPresent() && path.isPresent()) {
      problems.add(values.place(variable), values.path(variable), "given", "either " + variable.name() + " or " + file.name() + ", not both");
      return Optional.empty();
    }
    Optional<Secret> secret = name.flatMap(text -> Secret.ofVariable(environment, text)).or(() -> path.flatMap(p -> Secret.ofFile(resolve(p))));
    if (name.isPresent() && secret.isEmpty()) {
      // A name in our own style is no secret that was put in the wrong place, and the one thing to know.
      String shown = name.get().startsWith(OWN_PREFIX) ? name.get() : "***";
      problems.add(values.place(variable), values.path(variable), shown, "a variable that is set, to one printable line");
    }
    if (path.isPresent() && secret.isEmpty()) {
      problems.add(values.place(file), values.path(file), "***", "a readable file of one printable line");
    }
    return secret;
  }
}
