// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t;

import java.util.Locale;

/**
 * One measured figure beside its bound. Immutable.
 *
 * @param name what was measured, with its unit
 * @param measured the value seen
 * @param bound what must hold
 * @param ratio 1 or less if it does; how many times the bound it is otherwise
 * @param source the test or bench behind it
 */
public record Figure(String name, String measured, String bound, double ratio, String source) {
  /**
   * How far the ordinary test run lets a wall-clock figure go beyond its bound, since other programs may take the machine from it. The bound itself
   * is judged by {@code t/must-hold}, on a quiet machine.
   */
  private static final double BUSY_MACHINE = 6;

  /** A figure that must not exceed {@code bound}. */
  public static Figure atMost(String name, double measured, double bound, String unit, String source) {
    return new Figure(name, text(measured, unit), "<= " + text(bound, unit), measured <= bound ? 1 : measured / bound, source);
  }

  /** A figure that must reach {@code bound}. */
  public static Figure atLeast(String name, double measured, double bound, String unit, String source) {
    return new Figure(name, text(measured, unit), ">= " + text(bound, unit), measured >= bound ? 1 : bound / measured, source);
  }

  /** A figure that must be one number. */
  public static Figure exactly(String name, long measured, long expected, String source) {
    return new Figure(name, Long.toString(measured), "= " + expected, measured == expected ? 1 : Double.POSITIVE_INFINITY, source);
  }

  /** Whether the bound holds. */
  public boolean holds() {
    return ratio <= 1;
  }

  /** Whether it holds, or misses by no more than a busy machine explains; for wall-clock figures only. */
  public boolean bearable() {
    return ratio <= BUSY_MACHINE;
  }

  /** Prints the figure as a line that {@code t/must-hold} collects. */
  public Figure print() {
    System.out.println("figure: " + name + " | " + measured + " | " + bound + " | " + (holds() ? "pass" : "short") + " | " + source);
    return this;
  }

  private static String text(double value, String unit) {
    String number = value == Math.rint(value) && Math.abs(value) < 1e12 ? Long.toString((long) value) : String.format(Locale.ROOT, "%.3g", value);
    if (Math.abs(value) >= 1000) {
      number = Long.toString(Math.round(value));
    }
    return unit.isEmpty() ? number : number + " " + unit;
  }
}
