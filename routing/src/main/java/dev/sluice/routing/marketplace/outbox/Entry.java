// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace.outbox;

import dev.sluice.routing.marketplace.UsageReport;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One line of the journal. */
sealed interface Entry {
  /** A purchase under way; {@code ifLost} is what is reported if nobody hears of its end. */
  record Opened(UsageReport ifLost) implements Entry {}

  /** A purchase that has ended. */
  record Used(UsageReport report) implements Entry {}

  /** Nothing is left to do for a purchase. */
  record Done(String requestId) implements Entry {}

  /** The line, without its end. */
  static String line(Entry entry) {
    return switch (entry) {
      case Opened opened -> Lines.line("opened", opened.ifLost());
      case Used used -> Lines.line("used", used.report());
      case Done done -> "{\"done\":\"" + done.requestId() + "\"}";
    };
  }

  /** The meaning of a line; empty if it is none, such as the torn end of a file. */
  static Optional<Entry> read(String line) {
    return Lines.read(line);
  }

  /** How lines are written. Immutable. */
  final class Lines {
    private static final JsonFactory FACTORY = new JsonFactory();
    private static final JsonMapper MAPPER = new JsonMapper();

    private Lines() {}

    private static String line(String kind, UsageReport report) {
      var bytes = new ByteArrayOutputStream(512);
      try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
        json.writeStartObject();
        json.writeName(kind);
        json.writeStartObject();
        json.writeStringProperty("request_id", report.requestId());
        json.writeStringProperty("quote_id", report.quoteId());
        json.writeStringProperty("supply_id", report.supplyId());
        json.writeStringProperty("model", report.model());
        json.writeStringProperty("account", report.account());
        json.writeStringProperty("status", report.status().name());
        json.writeNumberProperty("input_tokens", report.use().inputTokens());
        json.writeNumberProperty("output_tokens", report.use().outputTokens());
        json.writeNumberProperty("duration_ms", report.use().durationMillis());
        json.writeBooleanProperty("reported", report.use().reported());
        json.writeStringProperty("charge", report.charge().toPlainString());
        json.writeStringProperty("ended_at", report.endedAt().toString());
        json.writeEndObject();
        json.writeEndObject();
      }
      return bytes.toString(StandardCharsets.UTF_8);
    }

    private static Optional<Entry> read(String line) {
      try {
        JsonNode json = MAPPER.readTree(line);
        if (json.has("done")) {
          return Optional.of(new Done(text(json, "done")));
        }
        return json.has("opened")
            ? Optional.of(new Opened(report(json.path("opened"))))
            : Optional.of(new Used(report(json.path("used"))));
      } catch (JacksonException | IllegalArgumentException | DateTimeException e) {
        return Optional.empty();
      }
    }

    private static UsageReport report(JsonNode json) {
      var use =
          new UsageReport.Use(
              json.path("input_tokens").asLong(0),
              json.path("output_tokens").asLong(0),
              json.path("duration_ms").asLong(0),
              json.path("reported").asBoolean(false));
      return new UsageReport(
          text(json, "request_id"),
          text(json, "quote_id"),
          text(json, "supply_id"),
          text(json, "model"),
          text(json, "account"),
          UsageReport.Status.valueOf(text(json, "status")),
          use,
          new BigDecimal(text(json, "charge")),
          Instant.parse(text(json, "ended_at")));
    }

    private static String text(JsonNode json, String name) {
      if (!json.path(name).isString()) {
        throw new IllegalArgumentException(name + ": missing (expected: text)");
      }
      return json.path(name).stringValue();
    }
  }
}
