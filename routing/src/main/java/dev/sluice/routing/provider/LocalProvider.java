// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.provider;

import java.util.List;

/** A provider that the operator configured. Immutable. */
public record LocalProvider(
    String name, List<ServedModel> models, Credentials credentials, Target target, boolean requestStreamUsage)
    implements Provider {
  public LocalProvider {
    if (name.isBlank()) {
      throw new IllegalArgumentException("name: blank (expected: a name)");
    }
    models = List.copyOf(models);
  }
}
