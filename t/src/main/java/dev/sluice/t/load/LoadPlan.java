// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.load;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What load to put on which address. Immutable.
 *
 * @param duration how long requests begin
 * @param drain how long to wait for the last answers after that
 * @param seed of arrival times and of which requests stream
 */
public record LoadPlan(
    InetSocketAddress target, Duration duration, Duration drain, long seed, List<LoadClass> classes) {

  /** Copies the classes. */
  public LoadPlan {
    classes = List.copyOf(classes);
  }

  /**
   * One kind of caller.
   *
   * @param name what the report calls it; unique in the plan
   * @param apiKey sent as a bearer token; empty sends none
   * @param headers sent besides, such as a priority
   */
  public record LoadClass(
      String name, String apiKey, Map<String, String> headers, Arrivals arrivals, RequestShape shape) {
    /** Copies the headers. */
    public LoadClass {
      headers = Map.copyOf(headers);
    }

    @Override
    public String toString() {
      return "LoadClass[" + name + ", " + arrivals + ", " + shape + "]";
    }
  }

  /** When requests begin. */
  public sealed interface Arrivals {
    /** Independent callers: gaps are drawn from an exponential distribution. */
    record Poisson(double perSecond) implements Arrivals {}

    /** Equal gaps. */
    record Constant(double perSecond) implements Arrivals {}

    /** So many callers who each wait for their answer. */
    record Closed(int callers) implements Arrivals {}
  }

  /**
   * What is asked for: chat completions.
   *
   * @param streamShare which part of the requests streams, from 0 to 1
   * @param promptBytes length of the user message
   * @param maxTokens the limit that the request states
   * @param outputTokens what the provider simulator is told to produce
   * @param abortAfter when the caller hangs up; zero for never
   */
  public record RequestShape(
      String path,
      String model,
      double streamShare,
      int promptBytes,
      int maxTokens,
      int outputTokens,
      Duration abortAfter) {

    /** A chat completion that is awaited to its end. */
    public static RequestShape chat(String model, double streamShare, int promptBytes, int maxTokens, int outputTokens) {
      return new RequestShape(
          "/v1/chat/completions", model, streamShare, promptBytes, maxTokens, outputTokens, Duration.ZERO);
    }

    /** The request body. */
    String body(boolean stream) {
      return "{\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":\"" + "x".repeat(promptBytes)
          + "\"}],\"max_tokens\":" + maxTokens + ",\"user\":\"sim:out=" + outputTokens + "\""
          + (stream ? ",\"stream\":true,\"stream_options\":{\"include_usage\":true}}" : "}");
    }
  }
}
