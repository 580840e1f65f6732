// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin;

import dev.sluice.plugin.answer.Reason;
import dev.sluice.plugin.config.SluiceConfig;
import dev.sluice.plugin.filter.EventLoopFilter;
import dev.sluice.plugin.filter.FilterRegistry;
import dev.sluice.plugin.metrics.RunnerMetrics;
import dev.sluice.plugin.refusal.Refusals;
import dev.sluice.plugin.runner.Failure;
import dev.sluice.plugin.runner.RunnerOptions;
import dev.sluice.plugin.runner.RunnerServer;
import dev.sluice.plugin.runner.Transport;
import java.util.List;

/** Puts together the socket that APISIX calls, with our filters and those of others. */
final class RunnerSetup {
  private RunnerSetup() {}

  /** A server that is not started yet. */
  static RunnerServer of(SluiceConfig.RunnerSettings settings, List<EventLoopFilter> own, Refusals refusals, RunnerMetrics metrics) {
    return new RunnerServer(options(settings), registry(settings, own), (path, failure) -> refusals.stop(reason(failure), path), metrics);
  }

  private static FilterRegistry registry(SluiceConfig.RunnerSettings settings, List<EventLoopFilter> own) {
    FilterRegistry.Builder registry = FilterRegistry.builder();
    for (EventLoopFilter filter : own) {
      registry.add(filter);
    }
    for (String className : settings.filters()) {
      registry.addClass(className);
    }
    if (settings.filterFolder().isPresent()) {
      registry.addJars(settings.filterFolder().get());
    }
    return registry.build();
  }

  private static RunnerOptions options(SluiceConfig.RunnerSettings settings) {
    Transport transport =
        switch (settings.transport()) {
          case AUTO -> Transport.AUTO;
          case EPOLL -> Transport.EPOLL;
          case NIO -> Transport.NIO;
        };
    return new RunnerOptions(
        settings.socket(), settings.socketMode(), settings.socketGroup(), settings.eventLoops(), settings.backlog(), settings.confExpireTime(), transport);
  }

  private static Reason reason(Failure failure) {
    return switch (failure) {
      case MISCONFIGURED -> Reason.MISCONFIGURED_ROUTE;
      case FILTER_FAILED -> Reason.FILTER_FAILED;
      case DEADLINE -> Reason.FILTER_TIMEOUT;
      case DRAINING -> Reason.DRAINING;
    };
  }
}
