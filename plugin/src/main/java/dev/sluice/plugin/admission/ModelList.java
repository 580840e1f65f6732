// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admission;

import dev.sluice.plugin.filter.RunnerResponse;
import dev.sluice.routing.Entitlement;
import dev.sluice.routing.provider.ProviderCatalog;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Answers {@code GET /v1/models} with what this caller may use, without asking a provider. */
final class ModelList {
  private static final JsonFactory JSON = new JsonFactory();

  private ModelList() {}

  static void answer(RunnerResponse response, ProviderCatalog catalog, Entitlement entitlement) {
    response.stop(200, List.of(Map.entry("content-type", "application/json")), json(Placement.visibleModels(catalog, entitlement)));
  }

  static byte[] json(List<String> models) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
      json.writeStartObject().writeStringProperty("object", "list").writeArrayPropertyStart("data");
      for (String model : models) {
        json.writeStartObject();
        json.writeStringProperty("id", model).writeStringProperty("object", "model");
        json.writeNumberProperty("created", 0L).writeStringProperty("owned_by", "sluice");
        json.writeEndObject();
      }
      json.writeEndArray().writeEndObject();
    }
    return bytes.toByteArray();
  }
}
