// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

import dev.sluice.plugin.config.SluiceConfig.KeySettings;
import dev.sluice.routing.config.ConfigException;
import dev.sluice.routing.config.Place;
import dev.sluice.routing.config.Problems;
import dev.sluice.routing.key.Pepper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where an installation's pepper is: in an environment variable if it is set, else in a file. Immutable.
 *
 * @param variable name of the environment variable
 */
public record PepperSource(Path file, String variable, Map<String, String> environment) {
  private static final String EXPECTED = "32 bytes in hexadecimal or base64";

  /** The source that a configuration names. */
  public static PepperSource of(KeySettings settings, Map<String, String> environment) {
    return new PepperSource(settings.pepperFile(), settings.pepperEnv(), environment);
  }

  /** The pepper; empty if there is none yet. One that cannot be read, or that others can read, is a problem. */
  public Optional<Pepper> find() throws ConfigException {
    var problems = new Problems();
    Optional<Pepper> pepper = Optional.empty();
    String text = environment.get(variable);
    if (text != null) {
      pepper = Pepper.parse(text);
      if (pepper.isEmpty()) {
        problems.add(Place.variable(variable), "", "***", EXPECTED);
      }
    } else if (Files.exists(file)) {
      var place = new Place(file.toString(), 0);
      try {
        if (readableByOthers(file)) {
          problems.add(place, "", "readable by others than its owner", "a private file: chmod 600 " + file);
        }
        pepper = Pepper.read(file);
        if (pepper.isEmpty()) {
          problems.add(place, "", "***", EXPECTED);
        }
      } catch (IOException e) {
        problems.add(place, "", "cannot be read (" + e.getClass().getSimpleName() + ")", "a readable file with " + EXPECTED);
      }
    }
    problems.throwIfAny();
    return pepper;
  }

  private static boolean readableByOthers(Path file) throws IOException {
    Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
    return mode.contains(PosixFilePermission.GROUP_READ) || mode.contains(PosixFilePermission.OTHERS_READ);
  }

  /**
   * The pepper for a process that starts; made if there is none, so that a key minted later is hashed under the same.
   *
   * @param keys number of keys that are hashed already; with any, a missing pepper is lost and a new one would be of no use
   */
  public Pepper forStart(int keys, SecureRandom random) throws ConfigException {
    Optional<Pepper> pepper = find();
    if (pepper.isPresent()) {
      return pepper.get();
    }
    var problems = new Problems();
    if (keys > 0) {
      problems.add(new Place(file.toString(), 0), "", "no such file", "the pepper that the " + keys + " keys were made with, or " + variable);
    } else {
      try {
        return Pepper.create(file, random);
      } catch (IOException e) {
        problems.add(
            new Place(file.toString(), 0), "", "cannot be made (" + e.getClass().getSimpleName() + ")", "a writable folder, or " + variable);
      }
    }
    throw new ConfigException(problems.list());
  }
}
