// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.health;

import dev.sluice.routing.store.Breaker;
import dev.sluice.routing.store.FailureBreaker;
import dev.sluice.scheduler.Standing;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * How one model fares at one provider. Not thread-safe; confined to {@link HealthBook}'s lock.
 *
 * <p>What it is told: requests sent, how they were answered, which are overdue. What follows:
 *
 * <ul>
 *   <li>a {@link FailureBreaker} counts failed answers, and slow ones while a peer is quick; while it is open nothing is sent, then a few
 *       trials, and after it closed the capacity comes back by and by;
 *   <li>an answer of "too much" pauses the account for as long as the provider asks, once per wave: of requests sent before the last
 *       one, further such answers only lengthen the pause. Afterwards half the rate comes back, and the rest by and by.
 * </ul>
 *
 * Only answers to requests that were sent in the present state of the breaker count, for older ones say nothing about it.
 */
public final class AccountHealth {
  private static final double LEAST_SCALE = 0.1;
  private static final int STEPS = 10;
  private static final double MEMORY = 8;
  private static final double PART_SLOW = 0.25;

  private final HealthSettings settings;
  private final FailureBreaker breaker;
  private final Usual perExpected;
  private final Usual firstByte;
  private Breaker.State seen = Breaker.State.CLOSED;
  private int generation;
  private boolean recovering;
  private long closedAtNanos;
  private boolean paused;
  private long pausedUntilNanos;
  private boolean throttled;
  private double throttledTo = 1;
  private long throttledAtNanos;
  private double slowPart;

  /** An account that nothing is held against. */
  AccountHealth(HealthSettings settings, FailureBreaker breaker) {
    this.settings = settings;
    this.breaker = breaker;
    this.perExpected = new Usual(Math.max(1, settings.slowRatio()));
    this.firstByte = new Usual(Math.max(1, settings.slowRatio()));
  }

  /** A request on its way. Immutable. */
  record Sent(long atNanos, int generation, long expectedNanos) {}

  /** How the account fares. A closed set, fit for a metric label. */
  public enum State {
    /** All is well. */
    HEALTHY,
    /** It gets its capacity back by and by. */
    RECOVERING,
    /** It said that it was asked for too much, and is left alone. */
    THROTTLED,
    /** A few requests try it. */
    TRIAL,
    /** It is given up for a while. */
    UNHEALTHY
  }

  Sent sent(long expectedNanos, long nowNanos) {
    look(nowNanos);
    return new Sent(nowNanos, generation, expectedNanos);
  }

  /** When a request will be overdue; empty if that can't be told. */
  OptionalLong overdueAtNanos(Sent sent) {
    OptionalDouble usual = perExpected.mean();
    if (settings.slowRatio() <= 0 || usual.isEmpty()) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(sent.atNanos() + lateNanos(usual.getAsDouble() * sent.expectedNanos()));
  }

  private long lateNanos(double usualNanos) {
    return (long) Math.min(Math.max(usualNanos * settings.slowRatio(), (double) settings.slowAfter().toNanos()), Long.MAX_VALUE / 4.0);
  }

  /** A request has taken too long and is not answered yet; {@code peersQuick} as in {@link #answered}. */
  void overdue(Sent sent, boolean peersQuick, long nowNanos) {
    slow(true);
    if (peersQuick && sent.generation() == generation) {
      breaker.failed();
    }
    look(nowNanos);
  }

  /**
   * A request was answered.
   *
   * @param overdue whether {@link #overdue} was told of it before
   * @param peersQuick whether another provider answers in its usual time: if none does, it is the load, not the provider
   */
  void answered(Sent sent, Answer answer, boolean overdue, boolean peersQuick, long nowNanos) {
    boolean counts = sent.generation() == generation;
    switch (answer) {
      case Answer.Served served -> {
        boolean slow = overdue || isSlow(served);
        learn(served, slow && peersQuick);
        slow(slow);
        if (counts && !overdue) {
          if (slow && peersQuick) {
            breaker.failed();
          } else {
            breaker.worked();
          }
        }
      }
      case Answer.Failed failed -> {
        if (counts) {
          breaker.failed();
        }
        failed.retryAfterNanos().ifPresent(nanos -> pause(nanos, nowNanos));
      }
      case Answer.Throttled refused -> throttled(sent, refused, nowNanos);
      case Answer.Unknown unknown -> {}
    }
    look(nowNanos);
  }

  private boolean isSlow(Answer.Served served) {
    if (settings.slowRatio() <= 0) {
      return false;
    }
    OptionalDouble usual = perExpected.mean();
    OptionalDouble usualFirst = firstByte.mean();
    boolean late =
        usual.isPresent()
            && served.tookNanos().isPresent()
            && served.tookNanos().getAsLong() > lateNanos(usual.getAsDouble() * served.expectedNanos());
    boolean lateFirst =
        served.stream()
            && usualFirst.isPresent()
            && served.firstByteNanos().isPresent()
            && served.firstByteNanos().getAsLong() > lateNanos(usualFirst.getAsDouble());
    return late || lateFirst;
  }

  private void learn(Answer.Served served, boolean outOfLine) {
    served.tookNanos().ifPresent(took -> perExpected.learn(took / (double) served.expectedNanos(), outOfLine));
    if (served.stream()) {
      served.firstByteNanos().ifPresent(nanos -> firstByte.learn((double) nanos, outOfLine));
    }
  }

  private void slow(boolean slow) {
    slowPart += ((slow ? 1 : 0) - slowPart) / MEMORY;
  }

  private void throttled(Sent sent, Answer.Throttled refused, long nowNanos) {
    pause(refused.retryAfterNanos().orElse(settings.retryAfter().toNanos()), nowNanos);
    if (!throttled || sent.atNanos() - throttledAtNanos > 0) {
      throttledTo = Math.max(LEAST_SCALE, throttleScale(nowNanos) / 2);
      throttled = true;
      throttledAtNanos = nowNanos;
    }
  }

  /** Leaves the account alone for a time; a longer pause that it has stays. */
  void pause(long nanos, long nowNanos) {
    long until = nowNanos + Math.min(Math.max(0, nanos), settings.maxRetryAfter().toNanos());
    if (!isPaused(nowNanos) || until - pausedUntilNanos > 0) {
      paused = true;
      pausedUntilNanos = until;
    }
  }

  /** A probe failed: nothing is sent before the next one. */
  void probeFailed(long nextProbeNanos, long nowNanos) {
    breaker.holdOpen(nextProbeNanos);
    look(nowNanos);
  }

  /** A probe succeeded: if nothing is sent, trials may begin. */
  void probeWorked(long nowNanos) {
    breaker.tryNow();
    look(nowNanos);
  }

  /** The usual time to the first byte of a stream; empty while too little is known. */
  OptionalDouble firstByteNanos() {
    return firstByte.mean();
  }

  /** Whether it answers in its usual time. */
  boolean isQuick(long nowNanos) {
    look(nowNanos);
    return seen == Breaker.State.CLOSED && slowPart < PART_SLOW;
  }

  private boolean isPaused(long nowNanos) {
    return paused && pausedUntilNanos - nowNanos > 0;
  }

  /** Notices a change of the breaker's state. */
  private void look(long nowNanos) {
    Breaker.State now = breaker.state();
    if (now != seen) {
      seen = now;
      generation++;
      slowPart = now == Breaker.State.CLOSED ? 0 : slowPart;
      recovering = now == Breaker.State.CLOSED;
      closedAtNanos = nowNanos;
    }
  }

  /** How it fares now. */
  State state(long nowNanos) {
    look(nowNanos);
    return switch (seen) {
      case OPEN -> State.UNHEALTHY;
      case HALF_OPEN -> State.TRIAL;
      case CLOSED -> isPaused(nowNanos) ? State.THROTTLED : scale(nowNanos) < 1 ? State.RECOVERING : State.HEALTHY;
    };
  }

  /** What the scheduler is to give it. */
  Standing standing(long nowNanos) {
    look(nowNanos);
    Standing standing =
        switch (seen) {
          case OPEN ->
              new Standing(LEAST_SCALE, settings.breaker().trials(), breaker.openUntilNanos(), true, settings.patience().toNanos());
          case HALF_OPEN -> new Standing(LEAST_SCALE, settings.breaker().trials(), 0, false, settings.patience().toNanos());
          case CLOSED -> new Standing(scale(nowNanos), Integer.MAX_VALUE, 0, false, Long.MAX_VALUE);
        };
    boolean pauseLonger = isPaused(nowNanos) && (!standing.paused() || pausedUntilNanos - standing.pausedUntilNanos() > 0);
    return pauseLonger ? standing.pausedUntil(pausedUntilNanos) : standing;
  }

  private double scale(long nowNanos) {
    double recovered = recovering ? ramp(LEAST_SCALE, closedAtNanos, nowNanos) : 1;
    return Math.min(recovered, throttleScale(nowNanos));
  }

  private double throttleScale(long nowNanos) {
    return throttled && !isPaused(nowNanos) ? ramp(throttledTo, pausedUntilNanos, nowNanos) : throttledTo;
  }

  /** From {@code low} to 1 in even steps. */
  private double ramp(double low, long fromNanos, long nowNanos) {
    long stepNanos = Math.max(1, settings.slowStart().toNanos() / STEPS);
    long steps = Math.clamp((nowNanos - fromNanos) / stepNanos, 0, STEPS);
    return low + (1 - low) * steps / STEPS;
  }

  /** Time until it changes by itself; {@link Long#MAX_VALUE} if it does not. */
  long changesInNanos(long nowNanos) {
    long soonest = Long.MAX_VALUE;
    if (isPaused(nowNanos)) {
      soonest = pausedUntilNanos - nowNanos;
    }
    if (seen == Breaker.State.OPEN) {
      soonest = Math.min(soonest, Math.max(0, breaker.openUntilNanos() - nowNanos));
    }
    if (scale(nowNanos) < 1) {
      soonest = Math.min(soonest, Math.max(1, settings.slowStart().toNanos() / STEPS));
    } else {
      recovering = false;
      throttled = false;
      throttledTo = 1;
    }
    return soonest;
  }
}
