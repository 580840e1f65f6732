// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admin.api;

import dev.sluice.routing.Entitlement;
import dev.sluice.routing.config.ConfigException;
import dev.sluice.routing.key.KeyFileEditor;
import dev.sluice.routing.key.KeyRecord;
import java.io.IOException;
import java.util.Optional;

/** Keys as the key file has them. */
final class FileSources implements DecisionSources {
  private final KeyFileEditor editor;

  FileSources(KeyFileEditor editor) {
    this.editor = editor;
  }

  @Override
  public Optional<Entitlement> key(String id) {
    try {
      return editor.records().stream().map(KeyRecord::entitlement).filter(entitlement -> entitlement.keyId().equals(id)).findFirst();
    } catch (IOException | ConfigException e) {
      throw ProblemException.of(503, "the key file cannot be read; the log has the cause");
    }
  }
}
