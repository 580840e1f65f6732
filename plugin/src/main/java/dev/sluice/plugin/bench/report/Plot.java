// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.report;

import com.google.errorprone.annotations.FormatMethod;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A plot as inline SVG, without script or outside resource: lines, or areas that stand on each other. Not thread-safe.
 *
 * <p>Colours are classes {@code s0} to {@code s9}, which the page's style sheet knows for light and dark; what comes after the tenth has
 * dashes.
 */
final class Plot {
  static final int COLOURS = 10;

  private static final int WIDTH = 720;
  private static final int HEIGHT = 300;
  private static final int LEFT = 56;
  private static final int RIGHT = 190;
  private static final int TOP = 34;
  private static final int BOTTOM = 46;
  private static final int LEGEND_LINE = 15;
  private static final int LEGEND_CHARS = 24;

  private final String title;
  private final Axis x;
  private final Axis y;
  private final List<Series> series = new ArrayList<>();

  private enum Kind {
    LINE,
    STEPS,
    AREA
  }

  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  private record Series(String name, String style, Kind kind, double[] x, double[] y) {}

  Plot(String title, Axis x, Axis y) {
    this.title = title;
    this.x = x;
    this.y = y;
  }

  /** Adds a line through points of the same count; few of them are marked. */
  void line(String name, double[] xs, double[] ys) {
    series.add(new Series(name, style(series.size()), Kind.LINE, xs.clone(), ys.clone()));
  }

  /** Adds a line in the colour of text, for what the others are measured by. */
  void reference(String name, double[] xs, double[] ys) {
    series.add(new Series(name, "ref", Kind.STEPS, xs.clone(), ys.clone()));
  }

  /** Adds an area on top of those before it. */
  void area(String name, double[] xs, double[] ys) {
    series.add(new Series(name, style(series.size()), Kind.AREA, xs.clone(), ys.clone()));
  }

  private static String style(int index) {
    return "s" + index % COLOURS + (index >= COLOURS ? " dash" : "");
  }

  String svg() {
    int height = Math.max(HEIGHT, TOP + LEGEND_LINE * series.size() + 8);
    StringBuilder svg = new StringBuilder();
    svg.append(format("<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">%n", WIDTH, height, escaped(title)));
    text(svg, "title", LEFT, 16, "start", title);
    for (double tick : y.ticks()) {
      svg.append(format("<path d=\"M%d %.1fH%d\" class=\"grid\"/>%n", LEFT, atY(tick), WIDTH - RIGHT));
      text(svg, "", LEFT - 6, atY(tick) + 4, "end", Axis.text(tick));
    }
    for (double tick : x.ticks()) {
      svg.append(format("<path d=\"M%.1f %dv4\" class=\"axis\"/>%n", atX(tick), HEIGHT - BOTTOM));
      text(svg, "", atX(tick), HEIGHT - BOTTOM + 17, "middle", Axis.text(tick));
    }
    svg.append(format("<path d=\"M%d %dV%dH%d\" class=\"axis\"/>%n", LEFT, TOP, HEIGHT - BOTTOM, WIDTH - RIGHT));
    text(svg, "name", (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 8, "middle", x.name());
    svg.append(format(
        "<text class=\"name\" transform=\"translate(12 %.1f) rotate(-90)\" text-anchor=\"middle\">%s</text>%n", (TOP + HEIGHT - BOTTOM) / 2.0, escaped(y.name())));
    double[] below = new double[0];
    for (int i = 0; i < series.size(); i++) {
      Series one = series.get(i);
      if (one.kind == Kind.AREA) {
        below = area(svg, one, below);
      } else {
        line(svg, one);
      }
      legend(svg, one, i);
    }
    return svg.append("</svg>\n").toString().replace("\r\n", "\n");
  }

  private void line(StringBuilder svg, Series one) {
    StringBuilder points = new StringBuilder();
    for (int i = 0; i < one.x.length; i++) {
      if (one.kind == Kind.STEPS && i > 0) {
        points.append(format("%.1f,%.1f ", atX(one.x[i]), atY(one.y[i - 1])));
      }
      points.append(format("%.1f,%.1f ", atX(one.x[i]), atY(one.y[i])));
    }
    svg.append(format("<polyline points=\"%s\" class=\"%s\"><title>%s</title></polyline>%n", points.toString().trim(), one.style, escaped(one.name)));
    if (one.x.length <= COLOURS && one.kind == Kind.LINE) {
      for (int i = 0; i < one.x.length; i++) {
        svg.append(format(
            "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.6\" class=\"%s\"><title>%s: %s at %s</title></circle>%n", atX(one.x[i]), atY(one.y[i]), one.style,
            escaped(one.name), Axis.text(one.y[i]), Axis.text(one.x[i])));
      }
    }
  }

  /** Draws an area and returns its upper edge. */
  private double[] area(StringBuilder svg, Series one, double[] below) {
    double[] above = new double[one.x.length];
    StringBuilder points = new StringBuilder();
    for (int i = 0; i < one.x.length; i++) {
      above[i] = one.y[i] + (below.length == 0 ? 0 : below[i]);
      points.append(format("%.1f,%.1f ", atX(one.x[i]), atY(above[i])));
    }
    for (int i = one.x.length - 1; i >= 0; i--) {
      points.append(format("%.1f,%.1f ", atX(one.x[i]), atY(below.length == 0 ? 0 : below[i])));
    }
    svg.append(format("<polygon points=\"%s\" class=\"%s\"><title>%s</title></polygon>%n", points.toString().trim(), one.style, escaped(one.name)));
    return above;
  }

  private static void legend(StringBuilder svg, Series one, int index) {
    int top = TOP + LEGEND_LINE * index;
    int left = WIDTH - RIGHT + 14;
    String shape = one.kind == Kind.AREA
        ? format("<path d=\"M%d %dh14v9h-14z\" class=\"area %s\"/>%n", left, top - 4, one.style)
        : format("<path d=\"M%d %dh18\" class=\"%s\"/>%n", left, top, one.style);
    svg.append(shape);
    String name = one.name.length() > LEGEND_CHARS ? one.name.substring(0, LEGEND_CHARS - 1) + "\u2026" : one.name;
    text(svg, "", left + 24, top + 4, "start", name);
  }

  private double atX(double value) {
    return LEFT + x.part(value) * (WIDTH - LEFT - RIGHT);
  }

  private double atY(double value) {
    return HEIGHT - BOTTOM - y.part(value) * (HEIGHT - TOP - BOTTOM);
  }

  private static void text(StringBuilder svg, String style, double x, double y, String anchor, String text) {
    String marked = style.isEmpty() ? "" : " class=\"" + style + "\"";
    svg.append(format("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"%s>%s</text>%n", x, y, anchor, marked, escaped(text)));
  }

  @FormatMethod
  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  /** Text safe inside an element or a quoted attribute. */
  static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
  }
}
