// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.provider;

import tools.jackson.databind.JsonNode;

/**
 * A failure that the provider plays. Immutable.
 *
 * @param failure what goes wrong
 * @param times how many requests it befalls before the next script has its turn
 */
public record SimScript(Failure failure, int times) {

  /** Refuses a script that befalls nobody. */
  public SimScript {
    if (times < 1) {
      throw new IllegalArgumentException("times: " + times + " (expected: at least 1)");
    }
  }

  /** The kinds of failure. */
  public sealed interface Failure {
    /** Answers at once with a status; {@code retryAfterSeconds} 0 leaves the header out. */
    record Status(int status, int retryAfterSeconds) implements Failure {}

    /** Resets the connection instead of answering. */
    record Reset() implements Failure {}

    /** Takes the request, does its work and never answers. */
    record Hang() implements Failure {}

    /** Keeps the first byte back by so much longer. */
    record SlowFirstByte(long delayMillis) implements Failure {}

    /** Promises the whole body, sends half of it and closes. Streams are closed after half of their events. */
    record Truncate() implements Failure {}

    /** Closes a stream after so many output tokens. */
    record DropAfter(int tokens) implements Failure {}
  }

  /**
   * Reads what {@code POST /sim/script} takes, such as {@code {"kind":"status","status":429,"retry_after":7,"times":3}}.
   * The other kinds are {@code reset}, {@code hang}, {@code slow_first_byte} with {@code delay_ms}, {@code truncate} and
   * {@code drop_after} with {@code tokens}.
   *
   * @throws IllegalArgumentException for any other kind
   */
  public static SimScript read(JsonNode node) {
    Failure failure = switch (node.path("kind").asString("")) {
      case "status" -> new Failure.Status(node.path("status").asInt(500), node.path("retry_after").asInt(0));
      case "reset" -> new Failure.Reset();
      case "hang" -> new Failure.Hang();
      case "slow_first_byte" -> new Failure.SlowFirstByte(node.path("delay_ms").asLong(1000));
      case "truncate" -> new Failure.Truncate();
      case "drop_after" -> new Failure.DropAfter(node.path("tokens").asInt(1));
      default -> throw new IllegalArgumentException(
          "kind: expected one of status, reset, hang, slow_first_byte, truncate, drop_after");
    };
    return new SimScript(failure, node.path("times").asInt(1));
  }
}
