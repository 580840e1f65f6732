// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.trace;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Generates a workload with the statistics of production traces: conversations that arrive nearly at random, code completion that
 * comes in bursts with long silences, log-normal lengths, tenants by Zipf's law. Immutable; the same arguments give the same trace.
 *
 * <p>Medians and 90 % quantiles of the lengths, rates, and on and off times follow the figures published for the Azure traces of 2023
 * (Patel et al., Splitwise, ISCA 2024).
 */
public final class TraceGenerator {
  private static final double NANOS = 1e9;
  private static final double MAX_PROMPT = 14_000;

  private TraceGenerator() {}

  /**
   * What to generate. Immutable.
   *
   * @param seconds length of the trace
   * @param conversationsPerSecond mean rate of lanes 0 and 1
   * @param completionsPerSecond mean rate of lane 2
   * @param onSeconds mean length of a burst of lane 2
   * @param offSeconds mean silence between bursts of lane 2
   * @param laneZeroPart part of the conversations in lane 0
   * @param conversationOutput median output tokens of a conversation
   * @param tenants in each lane
   */
  public record Mix(
      double seconds,
      double conversationsPerSecond,
      double completionsPerSecond,
      double onSeconds,
      double offSeconds,
      double laneZeroPart,
      double conversationOutput,
      int tenants) {
    /** The statistics of the Azure hour. */
    public static Mix azureLike(double seconds) {
      return new Mix(seconds, 5.5, 2.6, 20, 40, 0.15, 129, 12);
    }

    /** Fewer and shorter conversations, sharper bursts, more of lane 0: a different mix to judge by. */
    public static Mix bursty(double seconds) {
      return new Mix(seconds, 4.0, 6.0, 8, 45, 0.30, 80, 20);
    }

    /** Long answers, hardly any bursts, few tenants. */
    public static Mix longAnswers(double seconds) {
      return new Mix(seconds, 3.0, 1.0, 60, 20, 0.08, 300, 6);
    }
  }

  /** A trace of {@code mix}. */
  public static Trace generate(String name, Mix mix, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Zipf tenants = new Zipf(mix.tenants(), 1.2);
    List<TraceRequest> requests = new ArrayList<>();
    for (double at = gap(random, mix.conversationsPerSecond()); at < mix.seconds(); at += gap(random, mix.conversationsPerSecond())) {
      int lane = random.nextDouble() < mix.laneZeroPart() ? 0 : 1;
      double output = Math.min(1_000, lengths(random, mix.conversationOutput(), 0.93));
      requests.add(request(at, lane, lengths(random, 1_020, 0.77), output, tenants, random));
    }
    double burstRate = mix.completionsPerSecond() * (mix.onSeconds() + mix.offSeconds()) / mix.onSeconds();
    for (double at = gap(random, 1 / mix.offSeconds()); at < mix.seconds(); at += gap(random, 1 / mix.offSeconds())) {
      double end = Math.min(mix.seconds(), at + gap(random, 1 / mix.onSeconds()));
      for (at += gap(random, burstRate); at < end; at += gap(random, burstRate)) {
        requests.add(request(at, 2, Math.min(7_437, lengths(random, 1_469, 0.98)), lengths(random, 13, 1.13), tenants, random));
      }
    }
    return new Trace(name, "seed " + seed, requests);
  }

  private static TraceRequest request(double atSeconds, int lane, double input, double output, Zipf tenants, SplittableRandom random) {
    long out = Math.max(1, Math.round(output));
    String tenant = "lane" + lane + "-t" + tenants.draw(random);
    long in = Math.max(1, Math.round(Math.min(MAX_PROMPT, input)));
    return new TraceRequest(Math.round(atSeconds * NANOS), tenant, lane, in, out, AzureHour.limit(out, random));
  }

  /** Exponential time between events of a rate. */
  private static double gap(SplittableRandom random, double perSecond) {
    return -Math.log(1 - random.nextDouble()) / perSecond;
  }

  private static double lengths(SplittableRandom random, double median, double sigma) {
    return median * Math.exp(sigma * random.nextGaussian());
  }
}
