// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.trace;

import dev.sluice.plugin.bench.trace.TraceFile.BadCellException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/**
 * Decision records as a trace: a JSON object a line as {@code observability.decision_file} has them, or pages of {@code GET /v1/decisions},
 * one a line. Immutable.
 *
 * <p>Needed are {@code arrival_ms, flow, lane, input_tokens, output_tokens}; {@code max_output_tokens} is the caller's limit. These are
 * estimates; where a record, or a later line of the same {@code number}, has {@code used_output_tokens}, what was really used takes their place.
 * Requests that were refused or are still running are replayed as estimated. Other members are ignored.
 */
final class RecordedTrace {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double MAX_MILLIS = 4e12;
  private static final long MAX_TOKENS = 1_000_000_000L;

  private final Optional<String> model;
  private final List<TraceRequest> requests = new ArrayList<>();

  /** Place of the latest record of a number: a process counts from 1 when it starts. */
  private final Map<Long, Integer> byNumber = new HashMap<>();

  private RecordedTrace(Optional<String> model) {
    this.model = model;
  }

  static List<TraceRequest> read(Path file, List<String> lines, Optional<String> model) throws IOException {
    RecordedTrace trace = new RecordedTrace(model);
    for (int i = 0; i < lines.size(); i++) {
      if (!lines.get(i).isBlank()) {
        try {
          trace.take(JSON.readTree(lines.get(i)));
        } catch (JacksonException e) {
          throw TraceFile.at(file, i + 1, "not JSON (expected: an object with arrival_ms, flow, lane, input_tokens, output_tokens)");
        } catch (BadCellException e) {
          throw TraceFile.at(file, i + 1, e.problem());
        }
      }
    }
    return trace.requests;
  }

  private void take(JsonNode node) throws BadCellException {
    if (node.path("items").isArray()) {
      for (JsonNode item : node.path("items")) {
        take(item);
      }
    } else if (node.has("arrival_ms")) {
      begin(node);
    } else if (node.has("end") && node.has("number")) {
      end(node, byNumber.remove(node.path("number").asLong(0)));
    } else {
      throw new BadCellException("arrival_ms", "missing", "an object with arrival_ms, flow, lane, input_tokens, output_tokens");
    }
  }

  private void begin(JsonNode record) throws BadCellException {
    if (model.isPresent() && !record.path("model").asString("").equals(model.get())) {
      byNumber.remove(record.path("number").asLong(0));
      return;
    }
    JsonNode arrival = record.path("arrival_ms");
    if (!arrival.isNumber() || !(arrival.asDouble() >= 0 && arrival.asDouble() <= MAX_MILLIS)) {
      throw new BadCellException("arrival_ms", arrival.asString("none"), "milliseconds, 0 or more");
    }
    String flow = record.path("flow").asString("");
    if (flow.isBlank()) {
      throw new BadCellException("flow", "none", "a name");
    }
    long output = whole(record, "output_tokens", MAX_TOKENS);
    long limit = record.path("max_output_tokens").isMissingNode() ? TraceRequest.NO_LIMIT : whole(record, "max_output_tokens", Long.MAX_VALUE);
    requests.add(
        new TraceRequest(
            Math.round(arrival.asDouble() * NANOS_PER_MILLI), flow, (int) whole(record, "lane", TraceFile.MAX_LANE),
            whole(record, "input_tokens", MAX_TOKENS), output, Math.max(output, limit)));
    if (record.has("number")) {
      byNumber.put(record.path("number").asLong(0), requests.size() - 1);
    }
    if (record.has("used_output_tokens")) {
      end(record, requests.size() - 1);
    }
  }

  private void end(JsonNode node, @Nullable Integer place) throws BadCellException {
    if (place == null || !node.path("end").asString("").equals("settled")) {
      return; // Begun before the file was, of another model, or nothing is known of its use.
    }
    TraceRequest asked = requests.get(place);
    long output = whole(node, "used_output_tokens", MAX_TOKENS);
    requests.set(
        place,
        new TraceRequest(
            asked.arrivalNanos(), asked.tenant(), asked.lane(), whole(node, "used_input_tokens", MAX_TOKENS), output,
            Math.max(output, asked.maxOutputTokens())));
  }

  private static long whole(JsonNode object, String name, long most) throws BadCellException {
    JsonNode value = object.path(name);
    if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0 || value.longValue() > most) {
      throw new BadCellException(name, value.isMissingNode() ? "missing" : value.toString(), "a whole number from 0 to " + most);
    }
    return value.longValue();
  }
}
