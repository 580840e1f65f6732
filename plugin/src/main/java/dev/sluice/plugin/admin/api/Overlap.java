// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admin.api;

import dev.sluice.routing.config.Kind;
import dev.sluice.routing.config.Kinds;
import dev.sluice.routing.config.Place;
import dev.sluice.routing.config.Problems;
import dev.sluice.routing.config.YamlNode;
import dev.sluice.routing.registry.Fault;
import dev.sluice.routing.registry.KeyRegistry;
import java.time.Duration;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** How long a replaced key still works, as a rotation's body says it. Immutable. */
final class Overlap {
  private static final Kind<Duration> KIND = Kinds.duration(Duration.ZERO, KeyRegistry.LONGEST_OVERLAP);
  private static final Duration USUAL = Duration.ofHours(24);

  private Overlap() {}

  static Duration of(ObjectNode body) throws ProblemException {
    List<Fault> unknown = body.propertyNames().stream().filter(name -> !name.equals("overlap")).map(name -> Fault.unknown(name, List.of("overlap"))).toList();
    if (!unknown.isEmpty()) {
      throw ProblemException.of(unknown);
    }
    JsonNode value = body.path("overlap");
    if (value.isMissingNode()) {
      return USUAL;
    }
    var source = new Kind.Source("overlap", false, new Problems());
    return KIND
        .read(new YamlNode.Scalar(value.isString() ? value.stringValue() : "", Place.DEFAULT), source)
        .orElseThrow(() -> ProblemException.of(List.of(Fault.of("overlap", value.asString(""), KIND.expected()))));
  }
}
