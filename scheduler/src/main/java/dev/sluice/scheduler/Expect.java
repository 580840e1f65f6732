// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

/** The one wording of range errors. */
final class Expect {
  private Expect() {}

  static void range(String name, long value, long least, long greatest) {
    if (value < least || value > greatest) {
      throw new IllegalArgumentException(problem(name, value, least + ".." + greatest));
    }
  }

  static String problem(String name, long value, String expected) {
    return name + ": " + value + " (expected: " + expected + ")";
  }
}
