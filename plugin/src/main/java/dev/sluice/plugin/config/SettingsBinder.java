// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

import dev.sluice.plugin.config.ConfigKeys.Admin;
import dev.sluice.plugin.config.ConfigKeys.AdminKey;
import dev.sluice.plugin.config.ConfigKeys.Events;
import dev.sluice.plugin.config.ConfigKeys.Lane;
import dev.sluice.plugin.config.ConfigKeys.Observability;
import dev.sluice.plugin.config.ConfigKeys.Protection;
import dev.sluice.plugin.config.ConfigKeys.Runner;
import dev.sluice.plugin.config.ConfigKeys.Scheduler;
import dev.sluice.plugin.config.ConfigKeys.TokenRouting;
import dev.sluice.routing.config.Problems;
import dev.sluice.routing.config.Secret;
import dev.sluice.routing.config.Surroundings;
import dev.sluice.routing.config.Values;
import dev.sluice.routing.rule.RuleKeys;
import dev.sluice.routing.window.WindowKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Makes the tree of settings of values without a fault. Immutable. */
final class SettingsBinder {
  private static final int MAX_GENERATED_DOUBLINGS = 10;

  private SettingsBinder() {}

  /** The secrets of the process's own surfaces, or what is wrong with them. */
  record Secrets(Optional<Secret> events, List<SluiceConfig.AdminKeySettings> admin) {
    static Secrets of(Values root, Surroundings surroundings, Problems problems) {
      return new Secrets(
          surroundings.secret(root.section(Events.SECTION), Events.SECRET_ENV, Events.SECRET_FILE, problems),
          adminKeys(root.section(Admin.SECTION), surroundings, problems));
    }

    private static List<SluiceConfig.AdminKeySettings> adminKeys(Values admin, Surroundings surroundings, Problems problems) {
      var keys = new ArrayList<SluiceConfig.AdminKeySettings>();
      surroundings
          .secret(admin, Admin.KEY_ENV, Admin.KEY_FILE, problems)
          .ifPresent(key -> keys.add(new SluiceConfig.AdminKeySettings(CrossChecks.ONLY_ADMIN, AdminRole.WRITE, key)));
      for (Values item : admin.items(AdminKey.SECTION)) {
        surroundings
            .secret(item, AdminKey.ENV, AdminKey.FILE, problems)
            .filter(key -> item.sound(AdminKey.NAME, AdminKey.ROLE))
            .ifPresent(key -> keys.add(new SluiceConfig.AdminKeySettings(item.get(AdminKey.NAME), item.get(AdminKey.ROLE), key)));
      }
      return keys;
    }
  }

  static SluiceConfig.RunnerSettings runner(Values values, Surroundings surroundings) {
    return new SluiceConfig.RunnerSettings(
        surroundings.resolve(values.get(Runner.SOCKET)),
        values.get(Runner.SOCKET_MODE),
        values.find(Runner.SOCKET_GROUP),
        values.get(Runner.EVENT_LOOPS),
        values.get(Runner.BACKLOG),
        values.get(Runner.TRANSPORT),
        values.get(Runner.CONF_EXPIRE_TIME),
        values.get(Runner.FILTERS),
        values.find(Runner.FILTER_FOLDER).map(surroundings::resolve));
  }

  static SluiceConfig.SchedulerSettings scheduler(Values values, Values buckets) {
    int levels = values.get(Scheduler.PRIORITY_LEVELS);
    var queue =
        new SluiceConfig.QueueSettings(
            values.get(Scheduler.MAX_QUEUE_DEPTH_TOTAL),
            values.get(Scheduler.MAX_QUEUE_BYTES_TOTAL),
            values.get(Scheduler.MAX_QUEUE_DEPTH_PER_FLOW));
    return new SluiceConfig.SchedulerSettings(
        values.get(Scheduler.POLICY),
        lanes(values, levels),
        values.find(Scheduler.DEFAULT_PRIORITY).orElse(levels / 2),
        values.get(Scheduler.LANE_ZERO_SHARE_PERCENT),
        values.get(Scheduler.LANE_ZERO_HEADROOM_PERCENT),
        values.get(Scheduler.STARVATION_TIMEOUT),
        values.get(Scheduler.AGEING_INTERVAL),
        values.get(Scheduler.REFUSE_WHILE_WAITING),
        queue,
        values.get(Scheduler.DISPLACE),
        new SluiceConfig.CostSettings(
            values.get(Scheduler.LEARN_COST), values.get(Scheduler.OUTPUT_QUANTILE), values.get(Scheduler.DEFAULT_OUTPUT_TOKENS)),
        values.get(Scheduler.OPAQUE_REQUEST_TOKENS),
        values.get(Scheduler.SERVICE_TIER),
        BucketBinder.bind(values, buckets),
        values.get(Scheduler.SHADOW_POLICY),
        AdaptiveKeys.bind(values.section(AdaptiveKeys.SECTION)),
        SharingKeys.bind(values.section(SharingKeys.SECTION)));
  }

  private static List<SluiceConfig.LaneSettings> lanes(Values values, int levels) {
    Map<Integer, Values> overrides =
        values.items(Lane.SECTION).stream().collect(Collectors.toMap(lane -> lane.get(Lane.LEVEL), lane -> lane));
    List<Integer> weights = values.find(Scheduler.WEIGHTS).orElseGet(() -> weights(levels));
    var lanes = new ArrayList<SluiceConfig.LaneSettings>();
    for (int level = 0; level < levels; level++) {
      Optional<Values> own = Optional.ofNullable(overrides.get(level));
      lanes.add(
          new SluiceConfig.LaneSettings(
              own.flatMap(lane -> lane.find(Lane.WEIGHT)).orElse(weights.get(level)),
              own.flatMap(lane -> lane.find(Lane.MAX_WAIT)).orElse(values.get(Scheduler.QUEUE_TIMEOUT)),
              own.flatMap(lane -> lane.find(Lane.MAX_DEPTH)).orElse(values.get(Scheduler.MAX_QUEUE_DEPTH)),
              own.flatMap(lane -> lane.find(Lane.MAX_BYTES)).orElse(values.get(Scheduler.MAX_QUEUE_BYTES))));
    }
    return lanes;
  }

  /** Doubling from the last level up; capped, because the last of twenty would otherwise get a millionth. */
  private static List<Integer> weights(int levels) {
    var weights = new ArrayList<Integer>();
    for (int level = 0; level < levels; level++) {
      weights.add(1 << Math.min(levels - 1 - level, MAX_GENERATED_DOUBLINGS));
    }
    return weights;
  }

  static SluiceConfig.KeySettings tokenRouting(Values values, Surroundings surroundings) {
    return new SluiceConfig.KeySettings(
        surroundings.resolve(values.get(TokenRouting.KEYS_FILE)),
        surroundings.resolve(values.get(TokenRouting.PEPPER_FILE)),
        values.get(TokenRouting.PEPPER_ENV));
  }

  /** Rules, trusted networks and time windows, or what is wrong with them. */
  static SluiceConfig.SenderSettings senders(Values root, Problems problems) {
    int levels = root.section(Scheduler.SECTION).get(Scheduler.PRIORITY_LEVELS);
    return new SluiceConfig.SenderSettings(
        RuleKeys.read(root.items(RuleKeys.SECTION), levels, problems),
        TrustKeys.read(root.items(TrustKeys.SECTION)),
        WindowKeys.read(root.items(WindowKeys.SECTION), levels, problems));
  }

  static SluiceConfig.ProtectionSettings protection(Values root, GuardBinder.Secrets secrets) {
    Values values = root.section(Protection.SECTION);
    return new SluiceConfig.ProtectionSettings(
        values.get(Protection.MAX_BODY_BYTES),
        values.get(Protection.MAX_JSON_DEPTH),
        values.get(Protection.IMAGE_TOKENS),
        GuardBinder.context(root, secrets),
        GuardBinder.hook(root, secrets));
  }

  static SluiceConfig.ObservabilitySettings observability(Values values, Surroundings surroundings) {
    return new SluiceConfig.ObservabilitySettings(
        surroundings.resolve(values.get(Observability.LOG_FILE)), values.get(Observability.LOG_LEVEL),
        values.get(Observability.DECISION_RECORDS),
        values.find(Observability.DECISION_FILE).map(surroundings::resolve),
        values.get(Observability.DECISION_FILE_BYTES));
  }

  static SluiceConfig.EventsSettings events(Values values, Secrets secrets) {
    return new SluiceConfig.EventsSettings(values.get(Events.LISTEN), secrets.events(), values.get(Events.MAX_BODY_BYTES));
  }

  static SluiceConfig.AdminSettings admin(Values values, Secrets secrets) {
    return new SluiceConfig.AdminSettings(values.get(Admin.LISTEN), secrets.admin());
  }
}
