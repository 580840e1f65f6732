// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.trace;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The Azure hour as a workload of three lanes: conversations are 15 % lane 0 and 85 % lane 1, code completion is lane 2; each lane has
 * twelve tenants by Zipf's law of exponent 1.2. Half of the callers set no limit, three in ten twice what they get, rounded up
 * to 256, two in ten 4096. Immutable; the seed decides lanes, tenants and limits.
 */
public final class AzureHour {
  /** The files, as published in Azure/AzurePublicDataset (CC-BY-4.0). */
  public static final String CONVERSATION = "AzureLLMInferenceTrace_conv.csv";

  public static final String CODE = "AzureLLMInferenceTrace_code.csv";

  private static final double LANE_ZERO_PART = 0.15;

  private AzureHour() {}

  /** Reads both files of {@code folder} and lays the workload over them. */
  public static Trace read(Path folder, long seed) throws IOException {
    Trace raw = TraceFile.read(folder.resolve(CONVERSATION));
    Trace code = TraceFile.read(folder.resolve(CODE));
    return overlay(raw, code, offsetNanos(folder), seed);
  }

  /** Each trace begins at 0 after reading; this is how much later the code trace began. */
  private static long offsetNanos(Path folder) throws IOException {
    return firstInstant(folder.resolve(CODE)).toNanos() - firstInstant(folder.resolve(CONVERSATION)).toNanos();
  }

  private static Duration firstInstant(Path file) throws IOException {
    try (var lines = Files.lines(file)) {
      String first = lines.skip(1).findFirst().orElseThrow(() -> new IOException(file + ": no requests"));
      var at = LocalDateTime.parse(first.substring(0, first.indexOf(',')).replace(' ', 'T'));
      return Duration.between(LocalDateTime.of(2000, 1, 1, 0, 0), at);
    }
  }

  /** Lays lanes, tenants and limits over conversations and code completion, the latter shifted by {@code codeOffsetNanos}. */
  static Trace overlay(Trace conversation, Trace code, long codeOffsetNanos, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Zipf tenants = new Zipf(12, 1.2);
    List<TraceRequest> requests = new ArrayList<>();
    long shift = Math.max(0, -codeOffsetNanos);
    for (TraceRequest request : conversation.requests()) {
      int lane = random.nextDouble() < LANE_ZERO_PART ? 0 : 1;
      requests.add(laid(request, request.arrivalNanos() + shift, lane, tenants, random));
    }
    for (TraceRequest request : code.requests()) {
      requests.add(laid(request, request.arrivalNanos() + codeOffsetNanos + shift, 2, tenants, random));
    }
    return new Trace(conversation.name() + " + " + code.name(), conversation.digest() + "+" + code.digest(), requests);
  }

  private static TraceRequest laid(TraceRequest request, long arrivalNanos, int lane, Zipf tenants, SplittableRandom random) {
    String tenant = "lane" + lane + "-t" + tenants.draw(random);
    return request.as(arrivalNanos, tenant, lane, limit(request.outputTokens(), random));
  }

  /** A caller's limit on its answer, as loose as real ones are. */
  static long limit(long outputTokens, SplittableRandom random) {
    double dice = random.nextDouble();
    if (dice < 0.5) {
      return TraceRequest.NO_LIMIT;
    }
    return dice < 0.8 ? Math.max(256, Math.ceilDiv(2 * outputTokens, 256) * 256) : Math.max(4096, outputTokens);
  }
}
