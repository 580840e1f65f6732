// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

import dev.sluice.plugin.config.ConfigKeys.Admin;
import dev.sluice.plugin.config.ConfigKeys.AdminKey;
import dev.sluice.plugin.config.ConfigKeys.Events;
import dev.sluice.plugin.config.ConfigKeys.Lane;
import dev.sluice.plugin.config.ConfigKeys.Scheduler;
import dev.sluice.routing.config.Key;
import dev.sluice.routing.config.Place;
import dev.sluice.routing.config.Problems;
import dev.sluice.routing.config.Values;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/**
 * What must hold between keys. Each check is silent while one of its keys is faulty in itself. Not thread-safe; confined to the
 * loading thread.
 */
final class CrossChecks {
  /** What the audit calls the bearer of the one key. */
  static final String ONLY_ADMIN = "admin";

  private final Values root;
  private final Problems problems;

  private CrossChecks(Values root, Problems problems) {
    this.root = root;
    this.problems = problems;
  }

  static void run(Values root, Problems problems) {
    var checks = new CrossChecks(root, problems);
    checks.levels();
    checks.lanes();
    checks.depths();
    checks.headroom();
    BucketBinder.check(root.section(BucketKeys.SECTION), problems);
    checks.surfaces();
    HealthKeys.check(root.section(SluiceDocument.PROVIDER).section(HealthKeys.SECTION), problems);
    QuotaBinder.check(root, problems);
    if (root.section(Scheduler.SECTION).sound(Scheduler.PRIORITY_LEVELS)) {
      HybridKeys.check(
          root.section(SluiceDocument.PROVIDER).section(HybridKeys.SECTION), root.section(Scheduler.SECTION).get(Scheduler.PRIORITY_LEVELS), problems);
    }
    GuardBinder.check(root, problems);
  }

  private Values scheduler() {
    return root.section(Scheduler.SECTION);
  }

  private void levels() {
    Values scheduler = scheduler();
    if (!scheduler.sound(Scheduler.PRIORITY_LEVELS)) {
      return;
    }
    int levels = scheduler.get(Scheduler.PRIORITY_LEVELS);
    String range = "a level from 0 to " + (levels - 1) + ", as priority_levels is " + levels;
    if (scheduler.find(Scheduler.DEFAULT_PRIORITY).filter(level -> level >= levels).isPresent()) {
      scheduler.refuse(Scheduler.DEFAULT_PRIORITY, range, problems);
    }
    if (scheduler.find(Scheduler.WEIGHTS).filter(weights -> weights.size() != levels).isPresent()) {
      scheduler.refuse(Scheduler.WEIGHTS, levels + " weights, one for each level", problems);
    }
    if (scheduler.sound(Scheduler.SERVICE_TIER)) {
      scheduler
          .get(Scheduler.SERVICE_TIER)
          .forEach(
              (tier, level) -> {
                if (level >= levels) {
                  Place place = scheduler.place(Scheduler.SERVICE_TIER);
                  problems.add(place, scheduler.path(Scheduler.SERVICE_TIER) + "." + tier, level.toString(), range);
                }
              });
    }
  }

  private void lanes() {
    Values scheduler = scheduler();
    int levels = scheduler.get(Scheduler.PRIORITY_LEVELS);
    var seen = new HashMap<Integer, Integer>();
    for (Values lane : scheduler.items(Lane.SECTION)) {
      if (!lane.sound(Lane.LEVEL)) {
        continue;
      }
      Integer first = seen.putIfAbsent(lane.get(Lane.LEVEL), lane.place(Lane.LEVEL).line());
      if (first != null) {
        lane.refuse(Lane.LEVEL, "each level once; the first is on line " + first, problems);
      } else if (scheduler.sound(Scheduler.PRIORITY_LEVELS) && lane.get(Lane.LEVEL) >= levels) {
        lane.refuse(Lane.LEVEL, "a level from 0 to " + (levels - 1) + ", as priority_levels is " + levels, problems);
      }
    }
  }

  private void headroom() {
    Values scheduler = scheduler();
    if (scheduler.sound(Scheduler.TYPE, Scheduler.LANE_ZERO_HEADROOM_PERCENT)
        && scheduler.get(Scheduler.TYPE) == AllocationType.BUCKET
        && scheduler.get(Scheduler.LANE_ZERO_HEADROOM_PERCENT) > 0) {
      scheduler.refuse(Scheduler.LANE_ZERO_HEADROOM_PERCENT, "0%, as type is bucket: bucket 0 has its guarantee", problems);
    }
  }

  private void depths() {
    Values scheduler = scheduler();
    atMost(scheduler, Scheduler.MAX_QUEUE_DEPTH, Scheduler.MAX_QUEUE_DEPTH_TOTAL);
    atMost(scheduler, Scheduler.MAX_QUEUE_BYTES, Scheduler.MAX_QUEUE_BYTES_TOTAL);
    atMost(scheduler, Scheduler.MAX_QUEUE_DEPTH_PER_FLOW, Scheduler.MAX_QUEUE_DEPTH_TOTAL);
    for (Values lane : scheduler.items(Lane.SECTION)) {
      atMost(lane, Lane.MAX_DEPTH, Scheduler.MAX_QUEUE_DEPTH_TOTAL);
      atMost(lane, Lane.MAX_BYTES, Scheduler.MAX_QUEUE_BYTES_TOTAL);
    }
  }

  private <T extends Comparable<T>> void atMost(Values values, Key<T> part, Key<T> total) {
    if (!values.sound(part) || !scheduler().sound(total)) {
      return;
    }
    T limit = scheduler().get(total);
    if (values.find(part).filter(value -> value.compareTo(limit) > 0).isEmpty()) {
      return;
    }
    // Whoever wrote only the total must be told there, not at a default that he never saw.
    if (values.written(part)) {
      values.refuse(part, "at most " + scheduler().path(total) + ", which is " + scheduler().shown(total), problems);
    } else {
      scheduler().refuse(total, "at least " + values.path(part) + ", which is " + values.shown(part), problems);
    }
  }

  private void surfaces() {
    Values events = root.section(Events.SECTION);
    Values admin = root.section(Admin.SECTION);
    if (unguarded(events, Events.SECRET_ENV, Events.SECRET_FILE)) {
      problems.add(events.place(), events.path(), "no secret", "secret_env: SLUICE_EVENTS_SECRET, or secret_file; http-logger's auth_header is Bearer and the same secret");
    }
    boolean open = unguarded(admin, Admin.KEY_ENV, Admin.KEY_FILE) && admin.items(AdminKey.SECTION).isEmpty();
    if (admin.sound(Admin.LISTEN) && open && !loopback(admin.get(Admin.LISTEN).getHostString())) {
      admin.refuse(Admin.LISTEN, "a loopback address, or key_env, key_file or keys beside it", problems);
    }
    adminKeys(admin);
    if (events.sound(Events.LISTEN) && admin.sound(Admin.LISTEN)) {
      InetSocketAddress address = events.get(Events.LISTEN);
      if (address.getPort() != 0 && address.equals(admin.get(Admin.LISTEN))) {
        events.refuse(Events.LISTEN, "another address than admin.listen", problems);
      }
    }
  }

  private void adminKeys(Values admin) {
    var names = new HashSet<String>();
    if (admin.written(Admin.KEY_ENV) || admin.written(Admin.KEY_FILE)) {
      names.add(ONLY_ADMIN);
    }
    for (Values key : admin.items(AdminKey.SECTION)) {
      if (unguarded(key, AdminKey.ENV, AdminKey.FILE)) {
        problems.add(key.place(), key.path(), "no key", "env or file");
      }
      if (key.sound(AdminKey.NAME) && !names.add(key.get(AdminKey.NAME))) {
        key.refuse(AdminKey.NAME, "a name of its own; " + ONLY_ADMIN + " is the bearer of key_env or key_file", problems);
      }
    }
  }

  private static boolean unguarded(Values values, Key<?> variable, Key<?> file) {
    return values.sound(variable, file) && !values.written(variable) && !values.written(file);
  }

  private static boolean loopback(String host) {
    return host.equals("localhost") || host.equals("::1") || host.matches("127(\\.[0-9]{1,3}){3}");
  }
}
