// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.report;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** Scores as a table, one line a load and policy, medians over seeds with the range of the first figure. Immutable. */
public final class ScoreTable {
  private ScoreTable() {}

  /** The table, lines ended by line feeds. */
  public static String of(List<Score> scores) {
    Map<String, List<Score>> groups = scores.stream()
        .collect(Collectors.groupingBy(score -> score.load() + "|" + score.policy(), LinkedHashMap::new, Collectors.toList()));
    StringBuilder table = new StringBuilder();
    table.append(String.format(Locale.ROOT, "%-5s %-26s %6s %15s  %-28s %-26s %6s %6s %6s%n",
        "load", "policy", "bound", "(min-max)", "goodput by lane", "p99 wait s by lane", "useful", "jain", "error"));
    for (List<Score> group : groups.values()) {
      Score first = group.getFirst();
      double[] parts = group.stream().mapToDouble(Score::ofBound).sorted().toArray();
      table.append(String.format(Locale.ROOT, "%-5s %-26s %6.3f (%.3f-%.3f)  %-28s %-26s %6.3f %6.3f %6.2f%n",
          Axis.text(first.load()), first.policy(), median(group, Score::ofBound), parts[0], parts[parts.length - 1],
          lanes(group, "%.3f", LaneScore::goodput), lanes(group, "%.2f", LaneScore::waitP99Seconds),
          median(group, Score::useful), median(group, Score::worstJain), median(group, Score::predictionErrorSeconds)));
    }
    return table.toString().replace("\r\n", "\n");
  }

  private static String lanes(List<Score> group, String format, ToDoubleFunction<LaneScore> figure) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < group.getFirst().lanes().size(); i++) {
      int lane = i;
      text.append(i == 0 ? "" : "/");
      text.append(String.format(Locale.ROOT, format, median(group, score -> figure.applyAsDouble(score.lanes().get(lane)))));
    }
    return text.toString();
  }

  /** The median of a figure. */
  public static double median(List<Score> scores, ToDoubleFunction<Score> figure) {
    double[] values = scores.stream().mapToDouble(figure).toArray();
    Arrays.sort(values);
    return values.length == 0 ? 0 : values[values.length / 2];
  }
}
