// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** Scores as an HTML table, a row for each load and policy. Immutable. */
final class ScoreRows {
  private ScoreRows() {}

  static String html(List<Score> scores) {
    StringBuilder html = new StringBuilder("<div class=\"table\"><table>\n<tr><th>load</th><th>policy</th><th>of the bound</th><th>min to max</th>");
    List<LaneScore> lanes = scores.isEmpty() ? List.of() : scores.getFirst().lanes();
    lanes.forEach(lane -> html.append("<th>").append(Plot.escaped(lane.lane())).append(" goodput</th>"));
    lanes.forEach(lane -> html.append("<th>").append(Plot.escaped(lane.lane())).append(" p99 wait, s</th>"));
    html.append("<th>useful use</th><th>Jain, worst lane</th><th>tokens/s in time</th><th>prediction error, s</th></tr>\n");
    Map<String, List<Score>> groups =
        scores.stream().collect(Collectors.groupingBy(score -> score.load() + "|" + score.policy(), LinkedHashMap::new, Collectors.toList()));
    double load = Double.NaN;
    for (List<Score> group : groups.values()) {
      Score first = group.getFirst();
      double[] parts = group.stream().mapToDouble(Score::ofBound).sorted().toArray();
      html.append(first.load() == load ? "<tr>" : "<tr class=\"first\">");
      load = first.load();
      cell(html, Axis.text(load));
      cell(html, first.policy());
      cell(html, number(group, "%.3f", Score::ofBound));
      cell(html, String.format(Locale.ROOT, "%.3f to %.3f", parts[0], parts[parts.length - 1]));
      for (int i = 0; i < lanes.size(); i++) {
        int lane = i;
        cell(html, number(group, "%.3f", score -> score.lanes().get(lane).goodput()));
      }
      for (int i = 0; i < lanes.size(); i++) {
        int lane = i;
        cell(html, number(group, "%.2f", score -> score.lanes().get(lane).waitP99Seconds()));
      }
      cell(html, number(group, "%.3f", Score::useful));
      cell(html, number(group, "%.3f", Score::worstJain));
      cell(html, number(group, "%.0f", Score::tokensPerSecond));
      cell(html, number(group, "%.2f", Score::predictionErrorSeconds));
      html.append("</tr>\n");
    }
    return html.append("</table></div>\n").toString();
  }

  private static String number(List<Score> group, String format, ToDoubleFunction<Score> figure) {
    return String.format(Locale.ROOT, format, ScoreTable.median(group, figure));
  }

  private static void cell(StringBuilder html, String text) {
    html.append("<td>").append(Plot.escaped(text)).append("</td>");
  }
}
