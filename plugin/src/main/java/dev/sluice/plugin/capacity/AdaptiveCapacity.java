// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.capacity;

import dev.sluice.plugin.usage.CompletionEvent;
import dev.sluice.scheduler.Lease;
import dev.sluice.scheduler.Ticker;
import dev.sluice.scheduler.adaptive.CapacityScale;
import dev.sluice.scheduler.adaptive.Sign;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Scales each provider's capacity for each model by how it answers. Thread-safe.
 *
 * <p>The pairs are those of leases, so there are no more than configured.
 */
public final class AdaptiveCapacity {
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int FIRST_CLIENT_ERROR = 400;
  private static final int FIRST_SERVER_ERROR = 500;

  /** Changes smaller than this are not worth a pool's lock. */
  private static final double LEAST_CHANGE = 0.01;

  /**
   * What to go by. Immutable.
   *
   * @param firstTokenNanos time after which the first token of a stream is late
   * @param least the scale never falls below this; above 0, at most 1
   */
  public record Settings(long firstTokenNanos, double least) {}

  /** Takes the scales over. Thread-safe. */
  @FunctionalInterface
  public interface Scaled {
    /** {@code scale} is above 0 and at most 1. */
    void scale(String model, String provider, double scale);
  }

  /** The part of its configured capacity that a provider is given. Immutable. */
  public record ProviderScale(String model, String provider, double scale) {}

  private record Pair(String model, String provider) {}

  private static final class Learned {
    private final CapacityScale scale;
    private double applied = 1;

    private Learned(CapacityScale scale) {
      this.scale = scale;
    }
  }

  private final Settings settings;
  private final Ticker ticker;
  private final Scaled scaled;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Pair, Learned> pairs = new HashMap<>();

  /** Every provider has its whole capacity. */
  public AdaptiveCapacity(Settings settings, Ticker ticker, Scaled scaled) {
    this.settings = settings;
    this.ticker = ticker;
    this.scaled = scaled;
  }

  /** Takes in how the request of a lease was answered. */
  public void heard(Lease lease, boolean stream, CompletionEvent event) {
    Optional<Sign> sign = sign(stream, event);
    if (sign.isEmpty() || event.timing().upstreamResponseNanos().isEmpty()) {
      return;
    }
    Pair pair = new Pair(lease.model(), lease.provider());
    lock.lock();
    try {
      long nowNanos = ticker.read();
      Learned learned = pairs.computeIfAbsent(pair, key -> new Learned(new CapacityScale(settings.least(), nowNanos)));
      learned.scale.heard(sign.get(), nowNanos - event.timing().upstreamResponseNanos().getAsLong(), nowNanos);
      apply(pair, learned);
    } finally {
      lock.unlock();
    }
  }

  /** With the lock held, so that the last scale learned is the last applied; the scheduler calls nobody back who takes it. */
  private void apply(Pair pair, Learned learned) {
    double scale = learned.scale.scale();
    if (Math.abs(scale - learned.applied) >= LEAST_CHANGE || (scale >= 1 && learned.applied < 1)) {
      learned.applied = scale;
      scaled.scale(pair.model(), pair.provider(), scale);
    }
  }

  /** What the answer says, if anything: the caller's own errors say nothing, nor does a request that reached nobody. */
  private Optional<Sign> sign(boolean stream, CompletionEvent event) {
    if (event.upstreamStatuses().isEmpty()) {
      return Optional.empty();
    }
    int status = event.upstreamStatuses().getLast();
    if (status == TOO_MANY_REQUESTS) {
      return Optional.of(Sign.THROTTLED);
    }
    if (status >= FIRST_SERVER_ERROR) {
      return Optional.of(Sign.FAILED);
    }
    if (status >= FIRST_CLIENT_ERROR) {
      return Optional.empty();
    }
    boolean late = stream && event.timing().upstreamHeaderNanos().orElse(0) > settings.firstTokenNanos();
    return Optional.of(late ? Sign.SLOW : Sign.GOOD);
  }

  /** The scales in force. */
  public List<ProviderScale> scales() {
    lock.lock();
    try {
      List<ProviderScale> scales = new ArrayList<>();
      pairs.forEach((pair, learned) -> scales.add(new ProviderScale(pair.model(), pair.provider(), learned.applied)));
      return List.copyOf(scales);
    } finally {
      lock.unlock();
    }
  }
}
