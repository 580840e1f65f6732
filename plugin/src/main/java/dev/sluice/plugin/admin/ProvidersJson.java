// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admin;

import dev.sluice.plugin.health.HealthBook;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Locale;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** The providers' health as JSON. */
final class ProvidersJson {
  private static final JsonFactory JSON = new JsonFactory();

  private ProvidersJson() {}

  static byte[] of(List<HealthBook.Line> lines) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
      json.writeStartObject().writeArrayPropertyStart("providers");
      for (HealthBook.Line line : lines) {
        json.writeStartObject();
        json.writeStringProperty("provider", line.provider());
        json.writeStringProperty("model", line.model());
        json.writeStringProperty("health", line.state().name().toLowerCase(Locale.ROOT));
        if (!line.detail().isEmpty()) {
          json.writeStringProperty("detail", line.detail());
        }
        json.writeNumberProperty("scale", line.scale());
        if (line.pausedNanos() == Long.MAX_VALUE) {
          json.writeNullProperty("paused_ms");
        } else {
          json.writeNumberProperty("paused_ms", line.pausedNanos() / 1_000_000);
        }
        json.writeEndObject();
      }
      json.writeEndArray().writeEndObject();
    }
    return bytes.toByteArray();
  }
}
