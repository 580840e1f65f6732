// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin;

import dev.sluice.plugin.config.PepperSource;
import dev.sluice.plugin.config.SluiceConfig.KeySettings;
import dev.sluice.routing.config.ConfigException;
import dev.sluice.routing.config.ConfigProblem;
import dev.sluice.routing.config.Problems;
import dev.sluice.routing.key.KeyFile;
import dev.sluice.routing.key.KeyFileListener;
import dev.sluice.routing.key.KeyFileReader;
import java.io.IOException;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the key file with the pepper that its hashes were made under. */
final class KeyAccess {
  private static final Logger log = LoggerFactory.getLogger(KeyAccess.class);

  private KeyAccess() {}

  static KeyFile open(KeySettings settings, Map<String, String> environment) throws IOException, ConfigException {
    return KeyFile.open(settings.keysFile(), PepperSource.of(settings, environment).forStart(keys(settings), new SecureRandom()), new News());
  }

  /** How many keys the file has already: they are of no use without the pepper they were made with. */
  private static int keys(KeySettings settings) throws IOException, ConfigException {
    Problems problems = new Problems();
    int keys = Files.exists(settings.keysFile())
        ? KeyFileReader.read(settings.keysFile().toString(), Files.readString(settings.keysFile()), problems).size()
        : 0;
    problems.throwIfAny();
    return keys;
  }

  /** What a reload came to, for the log. */
  private static final class News implements KeyFileListener {
    @Override
    public void reloaded(int keys) {
      log.info("keys reloaded count={}", keys);
    }

    @Override
    public void refused(List<ConfigProblem> problems) {
      log.error("keys not reloaded, the ones before stay in force: {}", problems);
    }
  }
}
