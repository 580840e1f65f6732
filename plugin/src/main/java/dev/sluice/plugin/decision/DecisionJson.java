// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.decision;

import dev.sluice.plugin.decision.TimedDecision.End;
import dev.sluice.scheduler.DecisionRecord;
import dev.sluice.scheduler.DecisionRecord.Outcome;
import dev.sluice.scheduler.DecisionRecord.ProviderVerdict;
import dev.sluice.scheduler.WorkRequest;
import java.io.StringWriter;
import java.util.Locale;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * A decision as a JSON object.
 *
 * <p>{@code number} and {@code at} say which and when; {@code arrival_ms} is the arrival on a clock without origin, for replays;
 * {@code model}, {@code flow}, {@code lane}, {@code input_tokens}, {@code output_tokens} and {@code max_output_tokens} (absent without a limit) what
 * was asked; {@code position}, {@code bound} and {@code predicted_wait_ms} what was found on arrival; {@code wait_ms}, {@code
 * outcome} (admitted, rejected or evicted) and {@code reason} what became of it; {@code providers} is an object of verdicts,
 * {@code scores} one of scores where these decide; {@code end} (settled, cancelled or expired), {@code used_input_tokens} and {@code
 * used_output_tokens} are there once an admitted request has ended.
 *
 * <p>In a file, where a decision is written as it is made, its end is a line of its own: {@code number} and these three.
 */
public final class DecisionJson {
  private static final JsonFactory JSON = new JsonFactory();
  private static final double NANOS_PER_MILLI = 1_000_000.0;

  private DecisionJson() {}

  /** The line of a decision that is just made, or of one that has just ended, without a line feed. */
  static String line(TimedDecision decision) {
    StringWriter line = new StringWriter(512);
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), line)) {
      if (decision.end().isEmpty()) {
        write(json, decision);
      } else {
        json.writeStartObject();
        json.writeNumberProperty("number", decision.number());
        end(json, decision.end().get());
        json.writeEndObject();
      }
    }
    return line.toString();
  }

  private static void end(JsonGenerator json, End end) {
    json.writeStringProperty("end", name(end.how()));
    json.writeNumberProperty("used_input_tokens", end.used().inputTokens());
    json.writeNumberProperty("used_output_tokens", end.used().outputTokens());
  }

  /** Writes the object. */
  public static void write(JsonGenerator json, TimedDecision decision) {
    DecisionRecord record = decision.record();
    json.writeStartObject();
    json.writeNumberProperty("number", decision.number());
    json.writeStringProperty("at", decision.at().toString());
    json.writeNumberProperty("arrival_ms", record.arrivalNanos() / NANOS_PER_MILLI);
    json.writeStringProperty("model", record.model());
    json.writeStringProperty("flow", record.flow());
    json.writeNumberProperty("lane", record.lane());
    json.writeNumberProperty("input_tokens", record.cost().inputTokens());
    json.writeNumberProperty("output_tokens", record.cost().outputTokens());
    if (record.maxOutputTokens() != WorkRequest.UNBOUNDED) {
      json.writeNumberProperty("max_output_tokens", record.maxOutputTokens());
    }
    json.writeNumberProperty("position", record.position());
    json.writeStringProperty("bound", name(record.bound()));
    json.writeNumberProperty("predicted_wait_ms", record.predictedWaitNanos() / NANOS_PER_MILLI);
    json.writeNumberProperty("wait_ms", record.waitNanos() / NANOS_PER_MILLI);
    outcome(json, record.outcome());
    json.writeObjectPropertyStart("providers");
    for (ProviderVerdict verdict : record.providers()) {
      json.writeStringProperty(verdict.provider(), name(verdict.verdict()));
    }
    json.writeEndObject();
    if (record.providers().stream().anyMatch(verdict -> verdict.score().isPresent())) {
      json.writeObjectPropertyStart("scores");
      record.providers().forEach(verdict -> verdict.score().ifPresent(score -> json.writeNumberProperty(verdict.provider(), score)));
      json.writeEndObject();
    }
    decision.end().ifPresent(end -> end(json, end));
    json.writeEndObject();
  }

  private static void outcome(JsonGenerator json, Outcome outcome) {
    switch (outcome) {
      case Outcome.Admitted admitted -> json.writeStringProperty("outcome", "admitted");
      case Outcome.Rejected rejected -> {
        json.writeStringProperty("outcome", "rejected");
        json.writeStringProperty("reason", name(rejected.reason()));
      }
      case Outcome.Evicted evicted -> {
        json.writeStringProperty("outcome", "evicted");
        json.writeStringProperty("reason", name(evicted.reason()));
      }
    }
  }

  private static String name(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
