// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.load;

import java.util.List;
import java.util.Locale;

/**
 * What came of a plan. Immutable, apart from the class reports, which nobody writes any more.
 *
 * @param seconds how long the run took, drain included
 */
public record LoadReport(List<ClassReport> classes, double seconds) {

  /** Copies the list. */
  public LoadReport {
    classes = List.copyOf(classes);
  }

  /** The report of one class. */
  public ClassReport of(String name) {
    return classes.stream()
        .filter(c -> c.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no class " + name));
  }

  /** One line a class, for people. */
  public String table() {
    StringBuilder out = new StringBuilder(String.format(
        Locale.ROOT, "%-10s %7s %7s %7s %9s %9s %9s %9s  %s%n",
        "class", "sent", "2xx", "queued", "wait p50", "wait p99", "ttfb p99", "total p99", "outcomes (ms)"));
    for (ClassReport c : classes) {
      out.append(String.format(
          Locale.ROOT, "%-10s %7d %7d %7d %9d %9d %9.0f %9.0f  %s%n",
          c.name(), c.sent(), c.succeeded(), c.queued(), c.waitMillis(50), c.waitMillis(99), c.firstByteMillis(99),
          c.latencyMillis(99), c.outcomes()));
    }
    return out.toString();
  }
}
