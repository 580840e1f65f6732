// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

import dev.sluice.plugin.config.QuotaKeys.Limit;
import dev.sluice.plugin.config.QuotaKeys.Rate;
import dev.sluice.routing.config.Problems;
import dev.sluice.routing.config.Values;
import dev.sluice.routing.price.Price;
import dev.sluice.routing.price.PriceTable;
import dev.sluice.routing.quota.Quota;
import dev.sluice.routing.quota.QuotaAlert;
import dev.sluice.routing.quota.QuotaTree;
import dev.sluice.routing.quota.QuotaUnit;
import dev.sluice.routing.quota.QuotaWindow;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes quotas and prices of their values. Not thread-safe; confined to the loading thread. */
final class QuotaBinder {
  private QuotaBinder() {}

  /** What must hold between the keys of quotas, and between those of prices. */
  static void check(Values root, Problems problems) {
    Map<String, Values> limits = limits(root);
    limits.forEach((name, values) -> limit(values, limits, problems));
    var seen = new HashSet<String>();
    for (Values rate : root.section(QuotaKeys.PRICES).items(Rate.SECTION)) {
      if (rate.sound(Rate.MODEL, Rate.PROVIDER) && !seen.add(rate.get(Rate.PROVIDER) + " " + rate.get(Rate.MODEL))) {
        rate.refuse(Rate.MODEL, "each model once for a provider", problems);
      }
    }
  }

  private static Map<String, Values> limits(Values root) {
    return root.section(QuotaKeys.QUOTAS).named(Limit.SECTION);
  }

  private static void limit(Values values, Map<String, Values> all, Problems problems) {
    if (values.sound(Limit.UNIT, Limit.AMOUNT)) {
      QuotaUnit unit = values.get(Limit.UNIT);
      if (values.get(Limit.AMOUNT).compareTo(unit.most()) > 0) {
        values.refuse(Limit.AMOUNT, "at most " + unit.most().toPlainString() + " for this unit", problems);
      } else if (unit != QuotaUnit.MONEY && values.get(Limit.AMOUNT).scale() > 0) {
        values.refuse(Limit.AMOUNT, "a whole number, as unit is not money", problems);
      }
    }
    if (!values.sound(Limit.PARENT, Limit.KIND, Limit.SCOPE, Limit.UNIT, Limit.CALENDAR, Limit.TIME_ZONE, Limit.RESET_DAY)) {
      return;
    }
    Optional<String> parent = values.find(Limit.PARENT);
    switch (values.get(Limit.KIND)) {
      case HARD, SOFT -> {}
      case RESERVED, BURSTABLE -> {
        if (parent.isEmpty()) {
          problems.add(values.place(), values.path(), "no parent", "parent: the quota that it draws on, as kind is " + values.shown(Limit.KIND));
        }
      }
    }
    if (parent.isPresent() && !fits(values, all.get(parent.get()))) {
      values.refuse(Limit.PARENT, "a quota of a wider scope with the same unit, calendar, time_zone and reset_day", problems);
    }
  }

  /** Whether the parent may be one; one with faults of its own is not judged. */
  private static boolean fits(Values child, @Nullable Values parent) {
    if (parent == null) {
      return false;
    }
    if (!parent.sound(Limit.SCOPE, Limit.UNIT, Limit.CALENDAR, Limit.TIME_ZONE, Limit.RESET_DAY)) {
      return true;
    }
    return parent.get(Limit.SCOPE).contains(child.get(Limit.SCOPE)) && parent.get(Limit.UNIT) == child.get(Limit.UNIT) && window(parent).equals(window(child));
  }

  private static QuotaWindow window(Values values) {
    return new QuotaWindow(values.get(Limit.CALENDAR), values.get(Limit.TIME_ZONE), values.get(Limit.RESET_DAY));
  }

  static SluiceConfig.QuotaSettings quotas(Values root) {
    Values section = root.section(QuotaKeys.QUOTAS);
    List<Quota> quotas = limits(root).entrySet().stream().map(entry -> quota(entry.getKey(), entry.getValue())).toList();
    return new SluiceConfig.QuotaSettings(section.get(QuotaKeys.RESERVATION_TTL), section.find(QuotaKeys.ALERT_WEBHOOK).map(SluiceConfig.Webhook::new), QuotaTree.of(quotas).quotas());
  }

  private static Quota quota(String id, Values values) {
    return new Quota(
        id,
        values.get(Limit.SCOPE),
        values.get(Limit.SUBJECT),
        values.get(Limit.KIND),
        values.get(Limit.UNIT),
        values.get(Limit.AMOUNT),
        window(values),
        values.find(Limit.PARENT),
        new QuotaAlert(values.get(Limit.ALERT_PERCENTS), values.find(Limit.ALERT_WEBHOOK)));
  }

  static PriceTable prices(Values root) {
    Values section = root.section(QuotaKeys.PRICES);
    List<PriceTable.Entry> entries = section.items(Rate.SECTION).stream().map(QuotaBinder::entry).toList();
    return PriceTable.of(section.get(QuotaKeys.CURRENCY), entries);
  }

  private static PriceTable.Entry entry(Values rate) {
    var input = rate.get(Rate.INPUT);
    return new PriceTable.Entry(rate.get(Rate.PROVIDER), rate.get(Rate.MODEL), new Price(input, rate.find(Rate.CACHED).orElse(input), rate.get(Rate.OUTPUT)));
  }
}
