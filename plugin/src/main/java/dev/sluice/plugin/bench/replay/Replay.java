// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.replay;

import dev.sluice.plugin.answer.RetryAfter;
import dev.sluice.plugin.bench.trace.Trace;
import dev.sluice.plugin.bench.trace.TraceRequest;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Plays one trace to one policy in virtual time. Not thread-safe; used once.
 *
 * <p>Arrivals are open loop: they don't wait for capacity. At one instant an arrival goes before what else is due.
 */
public final class Replay implements Stage {
  private static final double ABORT_MEAN_NANOS = 10e9;
  private static final long NANOS_PER_MILLI = 1_000_000L;

  private final VirtualTime time = new VirtualTime();
  private final Trace trace;
  private final ReplayPlan plan;
  private final ExpectedOutput expected;
  private final SplittableRandom random;
  private final Contender contender;
  private final long[] arrived;
  private final long[] started;
  private final long[] refused;
  private final long[] foretold;
  private final boolean[] abandoned;
  private final int[] attempts;
  private final double[] noise;

  private Replay(Trace trace, ReplayPlan plan, Contender.Factory factory) {
    this.random = new SplittableRandom(plan.seed());
    this.trace = plan.perturbation().applied(trace, random);
    this.plan = plan;
    this.expected = plan.expected().get();
    int size = this.trace.requests().size();
    this.arrived = new long[size];
    this.started = never(size);
    this.refused = never(size);
    this.foretold = never(size);
    this.abandoned = new boolean[size];
    this.attempts = new int[size];
    this.noise = new double[size];
    for (int id = 0; id < size; id++) {
      double sigma = plan.perturbation().noiseSigma();
      noise[id] = sigma == 0 ? 1 : Math.exp(sigma * random.nextGaussian());
    }
    this.contender = factory.create(this);
  }

  private static long[] never(int size) {
    long[] instants = new long[size];
    Arrays.fill(instants, Outcomes.NEVER);
    return instants;
  }

  /** Replays {@code trace} to the policy that {@code factory} makes. */
  public static Outcomes run(String policy, Trace trace, ReplayPlan plan, Contender.Factory factory) {
    Replay replay = new Replay(trace, plan, factory);
    replay.play();
    return new Outcomes(
        policy, replay.trace, plan, replay.arrived, replay.started, replay.refused, replay.abandoned, replay.foretold);
  }

  private void play() {
    plan.perturbation().resizes().forEach(
        resize -> time.at(resize.atNanos(), () -> contender.resized((int) Math.round(plan.slots() * resize.part()))));
    for (int id = 0; id < trace.requests().size(); id++) {
      time.runUntil(trace.requests().get(id).arrivalNanos(), false);
      if (random.nextDouble() < plan.perturbation().abortPart()) {
        int leaving = id;
        time.at(time.read() + Math.round(-Math.log(1 - random.nextDouble()) * ABORT_MEAN_NANOS), () -> leave(leaving));
      }
      arrive(id);
    }
    time.runOut();
  }

  private void arrive(int id) {
    arrived[id] = time.read();
    refused[id] = Outcomes.NEVER;
    attempts[id]++;
    contender.arrive(id);
  }

  private void leave(int id) {
    if (started[id] == Outcomes.NEVER) {
      abandoned[id] = true;
      if (refused[id] == Outcomes.NEVER) {
        contender.abandoned(id);
      }
    }
  }

  @Override
  public void start(int id) {
    if (started[id] != Outcomes.NEVER) {
      throw new IllegalStateException("request " + id + " started twice");
    }
    started[id] = time.read();
    boolean heard = random.nextDouble() >= plan.perturbation().lostPart();
    time.at(time.read() + slotNanos(id), () -> {
      expected.learn(request(id), request(id).outputTokens());
      if (heard) {
        contender.ended(id);
      }
    });
  }

  @Override
  public void refuse(int id, long retryAfterNanos) {
    refused[id] = time.read();
    if (attempts[id] <= plan.perturbation().retries() && !abandoned[id]) {
      time.at(time.read() + asTold(retryAfterNanos), () -> {
        if (!abandoned[id]) {
          arrive(id);
        }
      });
    }
  }

  /** As the answer's header says it: spread, so that those refused together don't return together. */
  private long asTold(long retryAfterNanos) {
    return switch (RetryAfter.around(Duration.ofNanos(retryAfterNanos), random.nextDouble())) {
      case RetryAfter.After after -> after.millis() * NANOS_PER_MILLI;
      case RetryAfter.Unknown unknown -> NANOS_PER_MILLI;
    };
  }

  @Override
  public void foretold(int id, long waitNanos) {
    foretold[id] = waitNanos;
  }

  @Override
  public VirtualTime time() {
    return time;
  }

  @Override
  public int slots() {
    return plan.slots();
  }

  @Override
  public List<LaneGoal> goals() {
    return plan.goals();
  }

  @Override
  public int size() {
    return trace.requests().size();
  }

  @Override
  public TraceRequest request(int id) {
    return trace.requests().get(id);
  }

  @Override
  public long slotNanos(int id) {
    return plan.service().nanos(request(id));
  }

  @Override
  public long arrivedNanos(int id) {
    return arrived[id];
  }

  @Override
  public long expectedOutput(int id) {
    long tokens = Math.round(expected.tokens(request(id)) * noise[id]);
    return Math.max(1, Math.min(request(id).maxOutputTokens(), tokens));
  }
}
