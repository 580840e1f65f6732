// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.servers;

import java.util.Locale;

/**
 * One measured figure beside its bound, as {@code t/must-hold} collects it. Immutable.
 *
 * @param measured the value seen, with its unit
 * @param ratio 1 or less if the bound holds; how many times the bound it is otherwise
 */
public record Measured(String name, String measured, String bound, double ratio, String source) {
  /** How far an ordinary build lets a wall-clock figure go beyond its bound, as other programs may have the machine. */
  private static final double BUSY_MACHINE = 6;

  /** A figure that must not exceed {@code bound}. */
  public static Measured atMost(String name, double measured, double bound, String unit, String source) {
    return new Measured(name, text(measured, unit), "<= " + text(bound, unit), measured <= bound ? 1 : measured / bound, source);
  }

  /** A figure that must be one number. */
  public static Measured exactly(String name, long measured, long expected, String source) {
    return new Measured(name, Long.toString(measured), "= " + expected, measured == expected ? 1 : Double.POSITIVE_INFINITY, source);
  }

  /** Whether the bound holds. */
  public boolean holds() {
    return ratio <= 1;
  }

  /** Whether it holds, or misses by no more than a busy machine explains; for wall-clock figures only. */
  public boolean bearable() {
    return ratio <= BUSY_MACHINE;
  }

  /** Prints the figure. */
  public Measured print() {
    System.out.println("figure: " + name + " | " + measured + " | " + bound + " | " + (holds() ? "pass" : "short") + " | " + source);
    return this;
  }

  private static String text(double value, String unit) {
    String number = value == Math.rint(value) || Math.abs(value) >= 1000 ? Long.toString(Math.round(value)) : String.format(Locale.ROOT, "%.3g", value);
    return unit.isEmpty() ? number : number + " " + unit;
  }
}
