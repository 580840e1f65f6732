// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admission;

import dev.sluice.plugin.filter.ConfException;
import dev.sluice.plugin.refusal.RouteConf;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * What a route may say to {@code ai-scheduler}. Immutable.
 *
 * @param queueTimeout longest wait on this route; the lane's limit applies too
 * @param providers providers this route may use; empty means any
 * @param model model of requests whose body names none, such as audio uploads
 */
record SchedulerConf(Optional<Duration> queueTimeout, Set<String> providers, Optional<String> model) {
  /** APISIX gives up on the runner after 60 s, so no wait may come near it. */
  static final Duration LONGEST_WAIT = Duration.ofSeconds(50);

  static SchedulerConf parse(String json) throws ConfException {
    RouteConf conf = RouteConf.parse(json);
    SchedulerConf parsed =
        new SchedulerConf(conf.duration("queue_timeout", LONGEST_WAIT), Set.copyOf(conf.texts("providers")), conf.text("model"));
    conf.finish();
    return parsed;
  }
}
