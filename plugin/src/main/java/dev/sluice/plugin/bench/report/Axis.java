// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** One axis of a plot: where values stand, and which are written. Immutable. */
final class Axis {
  private static final int MOST_TICKS = 7;

  private final String name;
  private final double min;
  private final double max;
  private final boolean log;

  private Axis(String name, double min, double max, boolean log) {
    this.name = name;
    this.min = min;
    this.max = max > min ? max : min + 1;
    this.log = log;
  }

  /** An even axis that ends at a round value at or beyond {@code max}. */
  static Axis linear(String name, double min, double max) {
    double step = step(min, max);
    return new Axis(name, min, min + step * Math.ceil((max - min) / step - 1e-9), false);
  }

  /** An even axis that ends where the values do. */
  static Axis exact(String name, double min, double max) {
    return new Axis(name, min, max, false);
  }

  /** A logarithmic axis from one power of ten to another; smaller values stand at its beginning. */
  static Axis log(String name, double min, double max) {
    return new Axis(name, Math.pow(10, Math.floor(Math.log10(min) + 1e-9)), Math.pow(10, Math.ceil(Math.log10(max) - 1e-9)), true);
  }

  /** A round distance between ticks: 1, 2 or 5 times a power of ten. */
  private static double step(double min, double max) {
    double raw = Math.max(1e-9, max - min) / (MOST_TICKS - 1);
    double power = Math.pow(10, Math.floor(Math.log10(raw)));
    double lead = raw / power;
    return power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10);
  }

  String name() {
    return name;
  }

  double min() {
    return min;
  }

  double max() {
    return max;
  }

  /** Where a value stands, 0 to 1; values outside stand at the ends. */
  double part(double value) {
    double part = log ? Math.log(Math.max(min, value) / min) / Math.log(max / min) : (value - min) / (max - min);
    return Math.clamp(part, 0, 1);
  }

  /** The value at a part of the axis. */
  double value(double part) {
    return log ? min * Math.pow(max / min, part) : min + part * (max - min);
  }

  /** Values to write, ascending. */
  List<Double> ticks() {
    List<Double> ticks = new ArrayList<>();
    if (log) {
      for (double tick = min; tick <= max * 1.001; tick *= 10) {
        ticks.add(tick);
      }
    } else {
      double step = step(min, max);
      for (double tick = Math.ceil(min / step - 1e-9) * step; tick <= max + step * 1e-6; tick += step) {
        ticks.add(tick);
      }
    }
    return ticks;
  }

  /** A value as it is written. */
  static String text(double value) {
    double rounded = Math.rint(value * 1e4) / 1e4;
    if (rounded == Math.rint(rounded)) {
      return Long.toString(Math.round(rounded));
    }
    return String.format(Locale.ROOT, "%.4f", rounded).replaceAll("0+$", "");
  }
}
