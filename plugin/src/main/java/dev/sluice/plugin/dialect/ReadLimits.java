// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.dialect;

/**
 * Bounds of what {@link PromptReader} accepts, and the fixed costs of what it can't measure. Immutable.
 *
 * @param maxDepth deepest nesting of objects and arrays; 8..1000
 * @param maxKeys most object keys in one body; at least 16
 * @param mediaTokens tokens counted for each image, file, audio or video part; 0..1 000 000
 */
public record ReadLimits(int maxDepth, int maxKeys, int mediaTokens) {
  public static final ReadLimits DEFAULT = new ReadLimits(512, 100_000, 1_000);

  public ReadLimits {
    requireWithin("maxDepth", maxDepth, 8, 1_000);
    requireWithin("maxKeys", maxKeys, 16, Integer.MAX_VALUE);
    requireWithin("mediaTokens", mediaTokens, 0, 1_000_000);
  }

  private static void requireWithin(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: " + min + ".." + max + ")");
    }
  }
}
