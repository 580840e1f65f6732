// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.lease;

import dev.sluice.routing.provider.DispatchEnd;
import dev.sluice.routing.provider.DispatchListener;
import dev.sluice.scheduler.Lease;
import dev.sluice.scheduler.LeaseEnd;
import dev.sluice.scheduler.Ticker;
import dev.sluice.scheduler.TokenCost;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells providers how the requests ended that they said where to send. Thread-safe.
 *
 * <p>An entry ends with its lease, and so exactly once. Providers that don't care have no entries.
 */
public final class Dispatches {
  private static final Logger log = LoggerFactory.getLogger(Dispatches.class);
  private static final Answer UNKNOWN = new Answer(OptionalInt.empty(), false, OptionalLong.empty());

  /**
   * How the provider answered. Immutable.
   *
   * @param reported whether it counted the tokens itself
   */
  public record Answer(OptionalInt status, boolean reported, OptionalLong durationNanos) {}

  private static final class Sent {
    private final DispatchListener listener;
    private volatile Answer answer = UNKNOWN;

    private Sent(DispatchListener listener) {
      this.listener = listener;
    }
  }

  private final Ticker ticker;
  private final Map<Lease, Sent> open = new ConcurrentHashMap<>();

  /** Nothing is under way; {@code ticker} is the clock that leases expire by. */
  public Dispatches(Ticker ticker) {
    this.ticker = ticker;
  }

  /** A request of {@code lease} is about to be sent, and {@code listener} hears of its end. */
  public void enter(Lease lease, DispatchListener listener) {
    if (listener.equals(DispatchListener.NONE)) {
      return;
    }
    open.put(lease, new Sent(listener));
    // A lease that expired before it was entered has had its end already, or has it now; whoever takes the entry out tells.
    if (ticker.read() - lease.expiresAtNanos() >= 0) {
      ended(lease, LeaseEnd.EXPIRED, lease.cost());
    }
  }

  /** Notes how a request was answered, before its lease ends. */
  public void answered(Lease lease, Answer answer) {
    Sent sent = open.get(lease);
    if (sent != null) {
      sent.answer = answer;
    }
  }

  /** Tells the end of a lease that has ended; unknown leases are ignored. */
  public void ended(Lease lease, LeaseEnd end, TokenCost actual) {
    Sent sent = open.remove(lease);
    if (sent == null) {
      return;
    }
    tell(
        sent.listener,
        switch (end) {
          case CANCELLED -> DispatchEnd.WITHDRAWN;
          case EXPIRED -> DispatchEnd.expired(actual.inputTokens(), actual.outputTokens());
          case SETTLED ->
              new DispatchEnd(
                  DispatchEnd.Kind.SETTLED,
                  sent.answer.status(),
                  actual.inputTokens(),
                  actual.outputTokens(),
                  sent.answer.reported(),
                  sent.answer.durationNanos());
        });
  }

  /** Tells the end of a request that was never entered. */
  public void withdrawn(DispatchListener listener) {
    tell(listener, DispatchEnd.WITHDRAWN);
  }

  private static void tell(DispatchListener listener, DispatchEnd end) {
    try {
      listener.ended(end);
    } catch (RuntimeException e) {
      log.warn("a provider failed to hear of an end", e);
    }
  }

  /** Requests under way at this moment. */
  public int size() {
    return open.size();
  }
}
