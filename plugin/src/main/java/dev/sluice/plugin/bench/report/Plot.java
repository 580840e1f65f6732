// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A line plot as inline SVG, without script or outside resource. Not thread-safe. */
final class Plot {
  private static final int WIDTH = 720;
  private static final int HEIGHT = 320;
  private static final int LEFT = 60;
  private static final int RIGHT = 220;
  private static final int TOP = 34;
  private static final int BOTTOM = 44;
  private static final int TICKS = 5;
  private static final List<String> COLOURS =
      List.of("#0b5fa5", "#c2410c", "#15803d", "#7e22ce", "#b91c1c", "#0f766e", "#a16207", "#475569", "#be185d", "#4d7c0f");

  private final String title;
  private final String xName;
  private final String yName;
  private final List<Line> lines = new ArrayList<>();

  /** A named line. */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  private record Line(String name, double[] x, double[] y) {}

  Plot(String title, String xName, String yName) {
    this.title = title;
    this.xName = xName;
    this.yName = yName;
  }

  /** Adds a line through points of the same count. */
  void line(String name, double[] x, double[] y) {
    lines.add(new Line(name, x.clone(), y.clone()));
  }

  String svg() {
    double maxX = lines.stream().flatMapToDouble(line -> java.util.Arrays.stream(line.x())).max().orElse(1);
    double minX = lines.stream().flatMapToDouble(line -> java.util.Arrays.stream(line.x())).min().orElse(0);
    double maxY = Math.max(1e-9, lines.stream().flatMapToDouble(line -> java.util.Arrays.stream(line.y())).max().orElse(1));
    double spanX = Math.max(1e-9, maxX - minX);
    StringBuilder svg = new StringBuilder();
    svg.append(String.format(Locale.ROOT, "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">%n", WIDTH, HEIGHT, escaped(title)));
    text(svg, LEFT, 20, "start", title);
    for (int tick = 0; tick <= TICKS; tick++) {
      double part = tick / (double) TICKS;
      double y = y(part);
      svg.append(String.format(Locale.ROOT, "<path d=\"M%d %.1fH%d\" class=\"grid\"/>%n", LEFT, y, WIDTH - RIGHT));
      text(svg, LEFT - 6, y + 4, "end", number(maxY * part));
      text(svg, x(part), HEIGHT - BOTTOM + 16, "middle", number(minX + spanX * part));
    }
    text(svg, x(0.5), HEIGHT - 8, "middle", xName);
    text(svg, 4, TOP - 4, "start", yName);
    for (int i = 0; i < lines.size(); i++) {
      draw(svg, lines.get(i), i, minX, spanX, maxY);
    }
    return svg.append("</svg>\n").toString().replace("\r\n", "\n");
  }

  private static void draw(StringBuilder svg, Line line, int index, double minX, double spanX, double maxY) {
    String colour = COLOURS.get(index % COLOURS.size());
    StringBuilder points = new StringBuilder();
    for (int i = 0; i < line.x().length; i++) {
      points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x((line.x()[i] - minX) / spanX), y(line.y()[i] / maxY)));
    }
    svg.append(String.format(Locale.ROOT, "<polyline points=\"%s\" stroke=\"%s\"/>%n", points.toString().trim(), colour));
    int at = TOP + 14 * index;
    svg.append(String.format(Locale.ROOT, "<path d=\"M%d %dh16\" stroke=\"%s\"/>%n", WIDTH - RIGHT + 12, at, colour));
    text(svg, WIDTH - RIGHT + 34, at + 4, "start", line.name());
  }

  private static double x(double part) {
    return LEFT + part * (WIDTH - LEFT - RIGHT);
  }

  private static double y(double part) {
    return HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM);
  }

  private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
    svg.append(String.format(Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n", x, y, anchor, escaped(text)));
  }

  private static String number(double value) {
    return Math.abs(value) >= 100 ? Long.toString(Math.round(value)) : String.format(Locale.ROOT, "%.2f", value);
  }

  /** Text safe inside an element or a quoted attribute. */
  static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
  }
}
