// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.calibrate;

import java.util.List;
import java.util.Optional;

/**
 * A kind of traffic. Immutable.
 *
 * @param shapes of its requests, sent in turn
 */
public record Profile(String name, List<Shape> shapes) {
  /** What is asked for; both at least 1. Tokenizers differ, so the prompt is only about as long. */
  public record Shape(int promptTokens, int outputTokens) {}

  private static final List<Profile> ALL =
      List.of(
          new Profile("mixed", List.of(new Shape(128, 64), new Shape(1_024, 256), new Shape(512, 128), new Shape(2_048, 128))),
          new Profile("short", List.of(new Shape(64, 64))),
          new Profile("long", List.of(new Shape(6_000, 64))));

  public Profile {
    shapes = List.copyOf(shapes);
  }

  /** The names, the usual traffic first. */
  public static List<String> names() {
    return ALL.stream().map(Profile::name).toList();
  }

  /** The profile of a name. */
  public static Optional<Profile> named(String name) {
    return ALL.stream().filter(profile -> profile.name.equals(name)).findFirst();
  }

  /** The same with prompts that leave a context window of so many tokens a quarter empty, as their length is not exact. */
  Profile within(long contextTokens) {
    return new Profile(
        name,
        shapes.stream()
            .map(shape -> new Shape(Math.clamp(contextTokens * 3 / 4 - shape.outputTokens(), 1, shape.promptTokens()), shape.outputTokens()))
            .toList());
  }

  /** The most tokens of one request, in and out. */
  public int largest() {
    return shapes.stream().mapToInt(shape -> shape.promptTokens() + shape.outputTokens()).max().orElse(0);
  }
}
