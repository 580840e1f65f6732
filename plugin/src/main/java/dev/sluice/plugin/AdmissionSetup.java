// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin;

import dev.sluice.plugin.admission.AdmissionDesk;
import dev.sluice.plugin.body.BodyIntake;
import dev.sluice.plugin.capacity.AdaptiveCapacity;
import dev.sluice.plugin.config.SluiceConfig;
import dev.sluice.plugin.dialect.BodyRewriter;
import dev.sluice.plugin.dialect.PromptReader;
import dev.sluice.plugin.dialect.ReadLimits;
import dev.sluice.plugin.scheduling.SchedulerSetup;
import dev.sluice.plugin.time.Clocks;
import dev.sluice.scheduler.Scheduler;
import dev.sluice.scheduler.cost.LearnedCosts;
import java.util.concurrent.ExecutorService;

/** Translates what the operator wrote into what requests are admitted by. */
final class AdmissionSetup {
  private static final int LEARNED_MODELS = 1_000;
  private static final int LEARNED_HISTORIES = 4_096;

  private AdmissionSetup() {}

  /**
   * How bodies are read and rewritten.
   *
   * @param largeBodies does so off the event loops
   */
  static BodyIntake bodies(SluiceConfig.ProtectionSettings settings, ExecutorService largeBodies) {
    ReadLimits defaults = ReadLimits.DEFAULT;
    ReadLimits limits =
        new ReadLimits(settings.maxJsonDepth(), defaults.maxKeys(), (int) Math.min(Integer.MAX_VALUE, settings.imageTokens()));
    return new BodyIntake(
        new PromptReader(limits), new BodyRewriter(limits), largeBodies, settings.maxBodyBytes(), Clocks.monotonic());
  }

  /** Bounds and defaults of requests. */
  static AdmissionDesk.Limits limits(SluiceConfig.SchedulerSettings settings, ProviderSetup providers) {
    return new AdmissionDesk.Limits(
        settings.lanes().size(),
        settings.defaultPriority(),
        settings.opaqueRequestTokens(),
        settings.serviceTier(),
        settings.buckets().map(SchedulerSetup::tiers),
        providers::regions);
  }

  /** What providers' answers say of their capacity, told to a scheduler. */
  static AdaptiveCapacity adaptive(SluiceConfig.AdaptiveSettings settings, Scheduler scheduler) {
    AdaptiveCapacity.Settings bounds = new AdaptiveCapacity.Settings(settings.firstTokenTime().toNanos(), settings.leastPercent() / 100.0);
    return new AdaptiveCapacity(bounds, Clocks.monotonic(), scheduler::scale);
  }

  /** How answers' lengths are learned. */
  static LearnedCosts.Settings costs(SluiceConfig.CostSettings settings) {
    return new LearnedCosts.Settings(
        settings.learn(), settings.outputQuantilePercent() / 100.0, settings.defaultOutputTokens(), LEARNED_HISTORIES, LEARNED_MODELS);
  }
}
