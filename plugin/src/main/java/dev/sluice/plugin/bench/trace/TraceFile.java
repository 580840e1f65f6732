// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.trace;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads traces from files; the first line tells the format. Immutable.
 *
 * <ul>
 *   <li>Azure LLM inference: {@code TIMESTAMP,ContextTokens,GeneratedTokens}, times like {@code 2023-11-16 18:17:03.9799600};
 *   <li>VTC: {@code req_time_s,tenant,input_tokens,output_tokens};
 *   <li>simple: {@code time_s,tenant,lane,input_tokens,output_tokens} and, if the header names it, {@code max_tokens}, empty for no
 *       limit; {@code time_s} is in seconds from any origin, {@code lane} an index from 0;
 *   <li>decision records: see {@link RecordedTrace}.
 * </ul>
 */
public final class TraceFile {
  /** The greatest lane index: a scheduler has at most a hundred lanes. */
  static final int MAX_LANE = 99;

  private static final String AZURE = "timestamp,contexttokens,generatedtokens";
  private static final String VTC = "req_time_s,tenant,input_tokens,output_tokens";
  private static final String SIMPLE = "time_s,tenant,lane,input_tokens,output_tokens";
  private static final String SIMPLE_LIMITED = SIMPLE + ",max_tokens";
  private static final long MAX_TOKENS = 1_000_000_000L;
  private static final double MAX_SECONDS = 4e9;
  private static final double NANOS = 1e9;

  private TraceFile() {}

  /** A cell or member that is not as it should be. */
  static final class BadCellException extends Exception {
    private static final long serialVersionUID = 1;

    private final String problem;

    BadCellException(String name, String value, String expected) {
      this(name + ": " + (value.length() > 40 ? value.substring(0, 40) + "..." : value) + " (expected: " + expected + ")");
    }

    private BadCellException(String problem) {
      super(problem);
      this.problem = problem;
    }

    /** Which cell, what it says, and what it should. */
    String problem() {
      return problem;
    }
  }

  /** Reads a file; of decision records, those of every model. */
  public static Trace read(Path file) throws IOException {
    return read(file, Optional.empty());
  }

  /**
   * Reads a file; formats without tenant or lane give tenant {@code all} and lane 0.
   *
   * @param model of decision records, only those of this model
   * @throws IOException if it can't be read, or a line is not of the format; the message names the line and what was expected
   */
  public static Trace read(Path file, Optional<String> model) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    List<String> lines;
    try {
      lines = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString().lines().toList();
    } catch (CharacterCodingException e) {
      throw new IOException(file + ": not UTF-8 (expected: text, one request a line)", e);
    }
    String header = lines.isEmpty() ? "" : lines.getFirst().replace("\uFEFF", "").trim();
    List<TraceRequest> requests = header.startsWith("{") ? RecordedTrace.read(file, lines, model) : rows(file, lines, header.toLowerCase(Locale.ROOT));
    if (requests.isEmpty()) {
      throw new IOException(file + ": no requests" + model.map(name -> " of model " + name).orElse("") + " (expected: at least one)");
    }
    return new Trace(String.valueOf(file.getFileName()), TraceDigest.sha256(bytes), requests);
  }

  private static List<TraceRequest> rows(Path file, List<String> lines, String header) throws IOException {
    if (!List.of(AZURE, VTC, SIMPLE, SIMPLE_LIMITED).contains(header)) {
      throw at(file, 1, "no known header (expected: " + AZURE + " or " + VTC + " or " + SIMPLE + "[,max_tokens], or decision records as JSON lines)");
    }
    int columns = header.split(",", -1).length;
    List<TraceRequest> requests = new ArrayList<>(lines.size());
    LocalDateTime[] origin = new LocalDateTime[1];
    for (int i = 1; i < lines.size(); i++) {
      String line = lines.get(i).trim();
      if (line.isEmpty()) {
        continue;
      }
      String[] cells = line.split(",", -1);
      if (cells.length != columns) {
        throw at(file, i + 1, cells.length + " values (expected: " + columns + ", " + header + ")");
      }
      try {
        requests.add(row(header, cells, origin));
      } catch (BadCellException e) {
        throw at(file, i + 1, e.problem());
      }
    }
    return requests;
  }

  static IOException at(Path file, int line, String what) {
    return new IOException(file + ":" + line + ": " + what);
  }

  private static TraceRequest row(String header, String[] cells, LocalDateTime[] origin) throws BadCellException {
    return switch (header) {
      case AZURE -> new TraceRequest(
          instant(cells[0], origin), "all", 0, tokens("ContextTokens", cells[1]), tokens("GeneratedTokens", cells[2]), TraceRequest.NO_LIMIT);
      case VTC -> new TraceRequest(
          nanos("req_time_s", cells[0]), tenant(cells[1]), 0, tokens("input_tokens", cells[2]), tokens("output_tokens", cells[3]), TraceRequest.NO_LIMIT);
      default -> {
        long output = tokens("output_tokens", cells[4]);
        boolean limited = header.equals(SIMPLE_LIMITED) && !cells[5].isBlank();
        yield new TraceRequest(
            nanos("time_s", cells[0]), tenant(cells[1]), (int) whole("lane", cells[2], MAX_LANE), tokens("input_tokens", cells[3]), output,
            limited ? Math.max(output, tokens("max_tokens", cells[5])) : TraceRequest.NO_LIMIT);
      }
    };
  }

  private static long instant(String cell, LocalDateTime[] origin) throws BadCellException {
    try {
      LocalDateTime at = LocalDateTime.parse(cell.trim().replace(' ', 'T'));
      origin[0] = origin[0] == null ? LocalDateTime.of(at.getYear(), 1, 1, 0, 0) : origin[0];
      long nanos = Duration.between(origin[0], at).toNanos();
      if (nanos >= 0) {
        return nanos;
      }
    } catch (DateTimeException | ArithmeticException e) {
      // Said below.
    }
    throw new BadCellException("TIMESTAMP", cell, "a time such as 2023-11-16 18:17:03.9799600, of the first one's year or later");
  }

  private static String tenant(String cell) throws BadCellException {
    if (cell.isBlank()) {
      throw new BadCellException("tenant", cell, "a name");
    }
    return cell.trim();
  }

  private static long tokens(String name, String cell) throws BadCellException {
    return whole(name, cell, MAX_TOKENS);
  }

  private static long whole(String name, String cell, long most) throws BadCellException {
    String text = cell.trim();
    long value = text.matches("[0-9]{1,18}") ? Long.parseLong(text) : -1;
    if (value < 0 || value > most) {
      throw new BadCellException(name, cell, "a whole number from 0 to " + most);
    }
    return value;
  }

  private static long nanos(String name, String cell) throws BadCellException {
    double seconds;
    try {
      seconds = Double.parseDouble(cell.trim());
    } catch (NumberFormatException e) {
      seconds = Double.NaN;
    }
    if (!(seconds >= 0 && seconds <= MAX_SECONDS)) {
      throw new BadCellException(name, cell, "seconds, 0 or more");
    }
    return Math.round(seconds * NANOS);
  }
}
