// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.bench;

import dev.sluice.t.stack.Http;
import java.net.URI;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The runner's histogram {@code sluice_decision_seconds}. Immutable.
 *
 * @param upTo by upper bound in microseconds, how many decisions took at most that long
 */
record DecisionTimes(TreeMap<Double, Double> upTo) {
  private static final Pattern BUCKET = Pattern.compile("sluice_decision_seconds_bucket\\{le=\"([^\"]+)\"\\} (\\S+)");

  static DecisionTimes read(URI admin) {
    TreeMap<Double, Double> upTo = new TreeMap<>();
    Matcher line = BUCKET.matcher(Http.get(admin.resolve("/metrics")).body());
    while (line.find()) {
      double bound = line.group(1).equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(line.group(1)) * 1e6;
      upTo.put(bound, Double.parseDouble(line.group(2)));
    }
    return new DecisionTimes(upTo);
  }

  DecisionTimes since(DecisionTimes earlier) {
    TreeMap<Double, Double> difference = new TreeMap<>();
    upTo.forEach((bound, count) -> difference.put(bound, count - earlier.upTo.getOrDefault(bound, 0.0)));
    return new DecisionTimes(difference);
  }

  /** The bound of the bucket that holds this share of the decisions: the real value is not above it. */
  double micros(double share) {
    double all = upTo.isEmpty() ? 0 : upTo.lastEntry().getValue();
    for (Map.Entry<Double, Double> bucket : upTo.entrySet()) {
      if (all > 0 && bucket.getValue() >= share * all) {
        return bucket.getKey();
      }
    }
    return Double.POSITIVE_INFINITY;
  }
}
