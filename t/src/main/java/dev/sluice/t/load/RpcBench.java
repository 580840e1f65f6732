// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.load;

import dev.sluice.t.CommandLine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;

/** Compares a runner with the {@link ConstantRunner} in interleaved rounds. Stateless. */
public final class RpcBench {
  private static final int BODY_BYTES = 1024;

  private RpcBench() {}

  /**
   * A chat call with fifteen headers and a body of 1 KiB.
   *
   * @param filters the route's filters: names and configuration texts
   * @param apiKey what the call presents
   */
  public static RunnerClient.Workload chat(SequencedMap<String, String> filters, String apiKey, String model) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("host", "llm.example");
    headers.put("authorization", "Bearer " + apiKey);
    headers.put("content-type", "application/json");
    headers.put("content-length", Integer.toString(BODY_BYTES));
    headers.put("accept", "application/json");
    headers.put("accept-encoding", "gzip, deflate, br");
    headers.put("user-agent", "OpenAI/Java 4.101.0");
    headers.put("x-stainless-lang", "java");
    headers.put("x-stainless-os", "Linux");
    headers.put("x-stainless-arch", "x64");
    headers.put("x-stainless-runtime", "JRE");
    headers.put("x-stainless-retry-count", "0");
    headers.put("x-forwarded-proto", "http");
    headers.put("x-forwarded-host", "llm.example");
    headers.put("x-forwarded-port", "9080");
    String head = "{\"model\":\"" + model + "\",\"max_tokens\":64,\"messages\":[{\"role\":\"user\",\"content\":\"";
    String tail = "\"}]}";
    String body = head + "word ".repeat(BODY_BYTES / 5).substring(0, BODY_BYTES - head.length() - tail.length()) + tail;
    return new RunnerClient.Workload(filters, "/v1/chat/completions", headers, body, answer -> {});
  }

  /**
   * Prints one line a round and a last line with the ratio of the medians: {@code --runner PATH --floor PATH --filters
   * name=json;name=json --api-key-env NAME --model M --connections 8 --rounds 5 --seconds 3}. The first round is thrown away.
   */
  public static void main(String[] args) {
    CommandLine options = CommandLine.parse(
        args, "runner", "floor", "filters", "api-key-env", "model", "connections", "rounds", "seconds");
    SequencedMap<String, String> filters = new LinkedHashMap<>();
    for (String filter : options.get("filters", "ai-token-router={};ai-scheduler={}").split(";", -1)) {
      String[] parts = filter.split("=", 2);
      filters.put(parts[0], parts[1]);
    }
    String key = System.getenv().getOrDefault(options.get("api-key-env", ""), "bench");
    RunnerClient.Workload workload = chat(filters, key, options.get("model", "sim"));
    int connections = (int) options.number("connections", 8);
    int rounds = (int) options.number("rounds", 5);
    Duration round = Duration.ofMillis((long) (options.number("seconds", 3) * 1000));
    double[] floors = new double[rounds];
    double[] runners = new double[rounds];
    try (RunnerClient floor = new RunnerClient(Path.of(options.required("floor")), connections, workload);
        RunnerClient runner = new RunnerClient(Path.of(options.required("runner")), connections, workload)) {
      for (int i = -1; i < rounds; i++) {
        RpcReport floorReport = floor.closedLoop(round);
        RpcReport runnerReport = runner.closedLoop(round);
        System.out.printf(Locale.ROOT, "round %d floor  %s%nround %d runner %s%n", i + 1, floorReport, i + 1, runnerReport);
        if (i >= 0) {
          floors[i] = floorReport.perSecond();
          runners[i] = runnerReport.perSecond();
        }
      }
    }
    System.out.printf(
        Locale.ROOT, "connections=%d floor=%.0f/s runner=%.0f/s ratio=%.3f%n",
        connections, median(floors), median(runners), median(runners) / median(floors));
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
