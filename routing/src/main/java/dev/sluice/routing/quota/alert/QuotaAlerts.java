// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.quota.alert;

import dev.sluice.routing.quota.Quota;
import dev.sluice.routing.quota.QuotaListener;
import dev.sluice.routing.quota.QuotaWindow;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Raises an alert when a quota passes one of its percentages for the first time in a window. Thread-safe. */
public final class QuotaAlerts implements QuotaListener {
  private final AlertGate gate;
  private final Consumer<Alert> raised;

  /** The highest percentage raised in the latest window, by quota. */
  private final Map<String, Peak> peaks = new ConcurrentHashMap<>();

  private record Peak(QuotaWindow.Span span, int percent) {}

  /** Alerts that pass {@code gate} go to {@code raised}, which doesn't block. */
  public QuotaAlerts(AlertGate gate, Consumer<Alert> raised) {
    this.gate = gate;
    this.raised = raised;
  }

  @Override
  public void used(Quota quota, QuotaWindow.Span span, long used) {
    int reached = reached(quota, used);
    if (reached == 0 || covered(peaks.get(quota.id()), span, reached)) {
      return;
    }
    int[] before = {0};
    boolean[] news = {false};
    peaks.compute(
        quota.id(),
        (id, peak) -> {
          if (covered(peak, span, reached)) {
            return peak;
          }
          before[0] = peak != null && peak.span.equals(span) ? peak.percent : 0;
          news[0] = true;
          return new Peak(span, reached);
        });
    if (news[0]) {
      for (int percent : quota.alert().percents()) {
        if (percent > before[0] && percent <= reached) {
          var alert = new Alert(quota, span, percent, used);
          gate.first(alert.key(), span.end(), () -> raised.accept(alert));
        }
      }
    }
  }

  /** Whether everything up to {@code percent} was raised, or the window is over. */
  private static boolean covered(@Nullable Peak peak, QuotaWindow.Span span, int percent) {
    return peak != null && (peak.span.equals(span) ? peak.percent >= percent : span.start().isBefore(peak.span.start()));
  }

  /** The highest of the quota's percentages that the use has reached; 0 for none. */
  private static int reached(Quota quota, long used) {
    int reached = 0;
    long amount = quota.unit().inside(quota.amount());
    for (int percent : quota.alert().percents()) {
      if (amount > 0 && used >= Math.ceilDiv(amount * percent, 100)) {
        reached = percent;
      }
    }
    return reached;
  }
}
