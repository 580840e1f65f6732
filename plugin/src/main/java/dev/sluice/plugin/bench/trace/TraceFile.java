// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.trace;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/**
 * Reads traces from files; the first line tells the format. Immutable.
 *
 * <ul>
 *   <li>Azure LLM inference: {@code TIMESTAMP,ContextTokens,GeneratedTokens}, times like {@code 2023-11-16 18:17:03.9799600};
 *   <li>VTC: {@code req_time_s,tenant,input_tokens,output_tokens};
 *   <li>simple: {@code time_s,tenant,lane,input_tokens,output_tokens} and, if the header names it, {@code max_tokens}, empty for no
 *       limit; {@code time_s} is in seconds from any origin, {@code lane} an index from 0;
 *   <li>decision records, a JSON object a line: {@code arrival_ms, flow, lane, input_tokens, output_tokens} and, if set,
 *       {@code max_output_tokens}; other members are ignored.
 * </ul>
 */
public final class TraceFile {
  private static final String AZURE = "timestamp,contexttokens,generatedtokens";
  private static final String VTC = "req_time_s,tenant,input_tokens,output_tokens";
  private static final String SIMPLE = "time_s,tenant,lane,input_tokens,output_tokens";
  private static final String SIMPLE_LIMITED = SIMPLE + ",max_tokens";
  private static final double NANOS = 1e9;
  private static final ObjectMapper JSON = new ObjectMapper();

  private TraceFile() {}

  /**
   * Reads a file; formats without tenant or lane give tenant {@code all} and lane 0.
   *
   * @throws IOException if it can't be read, or a line is not of the format; the message names the line and what was expected
   */
  public static Trace read(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    List<String> lines = new String(bytes, StandardCharsets.UTF_8).lines().toList();
    String header = lines.isEmpty() ? "" : lines.getFirst().trim().toLowerCase(Locale.ROOT);
    boolean records = header.startsWith("{");
    List<TraceRequest> requests = new ArrayList<>(lines.size());
    LocalDateTime[] origin = new LocalDateTime[1];
    for (int i = records ? 0 : 1; i < lines.size(); i++) {
      String line = lines.get(i);
      if (!line.isBlank()) {
        try {
          requests.add(records ? fromRecord(JSON.readTree(line)) : fromRow(header, line.trim().split(",", -1), origin));
        } catch (IllegalArgumentException | JacksonException | java.time.DateTimeException | ArrayIndexOutOfBoundsException e) {
          throw new IOException(file + ":" + (i + 1) + ": not a request (expected: " + expected(header, records) + ")", e);
        }
      }
    }
    return new Trace(String.valueOf(file.getFileName()), sha256(bytes), requests);
  }

  private static String expected(String header, boolean records) {
    return records
        ? "a JSON object with arrival_ms, flow, lane, input_tokens, output_tokens"
        : Map.of(AZURE, AZURE, VTC, VTC, SIMPLE, SIMPLE, SIMPLE_LIMITED, SIMPLE_LIMITED)
            .getOrDefault(header, "the header " + AZURE + " or " + VTC + " or " + SIMPLE + "[,max_tokens], or JSON lines");
  }

  private static TraceRequest fromRow(String header, String[] cells, LocalDateTime[] origin) {
    return switch (header) {
      case AZURE -> {
        LocalDateTime at = LocalDateTime.parse(cells[0].replace(' ', 'T'));
        origin[0] = origin[0] == null ? LocalDateTime.of(at.getYear(), 1, 1, 0, 0) : origin[0];
        yield new TraceRequest(Duration.between(origin[0], at).toNanos(), "all", 0, number(cells[1]), number(cells[2]), TraceRequest.NO_LIMIT);
      }
      case VTC -> new TraceRequest(nanos(cells[0]), cells[1], 0, number(cells[2]), number(cells[3]), TraceRequest.NO_LIMIT);
      case SIMPLE, SIMPLE_LIMITED -> new TraceRequest(
          nanos(cells[0]),
          cells[1],
          Math.toIntExact(number(cells[2])),
          number(cells[3]),
          number(cells[4]),
          header.equals(SIMPLE) || cells[5].isBlank() ? TraceRequest.NO_LIMIT : Math.max(number(cells[4]), number(cells[5])));
      default -> throw new IllegalArgumentException("header: " + header);
    };
  }

  private static TraceRequest fromRecord(JsonNode record) {
    long output = record.required("output_tokens").asLong();
    JsonNode limit = record.path("max_output_tokens");
    return new TraceRequest(
        record.required("arrival_ms").asLong() * 1_000_000L,
        record.required("flow").asString(),
        record.required("lane").asInt(),
        record.required("input_tokens").asLong(),
        output,
        limit.isNumber() ? Math.max(output, limit.asLong()) : TraceRequest.NO_LIMIT);
  }

  private static long number(String cell) {
    return Long.parseLong(cell.trim());
  }

  private static long nanos(String cell) {
    return Math.round(Double.parseDouble(cell.trim()) * NANOS);
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
