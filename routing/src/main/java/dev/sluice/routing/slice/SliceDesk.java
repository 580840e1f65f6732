// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.slice;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.sluice.routing.redis.RedisLink;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one node's parts of shared capacities up to date, on a thread of its own: asks what is needed, claims it in Redis, and tells what may be
 * used. Thread-safe.
 */
public final class SliceDesk implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SliceDesk.class);

  /** Longer than the last call to Redis and the last words together. */
  private static final Duration LAST_CALL = Duration.ofMillis(300);

  /**
   * Names and times. Immutable.
   *
   * @param group nodes that share capacity name the same
   * @param node this one's name: another for each node of the group, and the same after a restart
   * @param expectedNodes among how many a capacity is divided while Redis has never answered; at least 1
   * @param period time between two claims
   * @param life time after which a silent node counts no more; many periods
   * @param deadline of one call to Redis
   */
  public record Bounds(String group, String node, int expectedNodes, Duration period, Duration life, Duration deadline) {
    /** Time in which nodes that were cut off are heard of again. */
    Duration settling() {
      return period.multipliedBy(4).plus(deadline);
    }
  }

  private final Ticker ticker;
  private final SliceListener listener;
  private final Supplier<List<Need>> needs;
  private final Consumer<List<Grant>> grants;
  private final NodeSlices slices;
  private final RedisSlices table;
  private final ScheduledExecutorService thread;
  private final CountDownLatch first = new CountDownLatch(1);
  private boolean told;
  private volatile boolean connected;

  /**
   * Begins to claim, in the Redis of {@code link}, which stays the caller's.
   *
   * @param needs what the node needs of every capacity, at any time
   * @param grants takes over what the node may use of them
   */
  public SliceDesk(RedisLink link, Bounds bounds, Ticker ticker, Supplier<List<Need>> needs, Consumer<List<Grant>> grants, SliceListener listener) {
    this.ticker = ticker;
    this.listener = listener;
    this.needs = needs;
    this.grants = grants;
    this.slices = new NodeSlices(new NodeSlices.Bounds(bounds.node(), bounds.expectedNodes(), bounds.life(), bounds.settling()), ticker.read());
    this.table =
        new RedisSlices(
            link, bounds.node(), new RedisSlices.Bounds(bounds.group(), bounds.life(), bounds.settling(), bounds.deadline()), listener::renamed);
    this.thread = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().name("sluice-slices").daemon(true).factory());
    thread.scheduleWithFixedDelay(this::claim, 0, bounds.period().toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Waits until the node's parts are known, be it because Redis does not answer, or {@code most} is over; whether they are known. */
  public boolean awaitFirst(Duration most) {
    try {
      return first.await(most.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Whether Redis answered the last claim. */
  public boolean connected() {
    return connected;
  }

  private void claim() {
    try {
      if (claimOnce()) {
        claimOnce(); // the others may have at once what this node has let go of
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      // A fault of ours; the next claim may go well, and the parts stay meanwhile.
      log.error("parts of shared capacity not claimed", e);
    }
  }

  private boolean claimOnce() throws InterruptedException {
    List<SliceTable.Claim> claims = slices.claims(needs.get(), ticker.read());
    boolean less = false;
    try {
      less = slices.leased(table.claim(claims), ticker.read());
      tell(true, "");
    } catch (IOException e) {
      slices.cutOff(ticker.read());
      Throwable cause = e.getCause() == null ? e : e.getCause();
      tell(false, cause.getClass().getSimpleName() + ": " + cause.getMessage());
    }
    grants.accept(slices.grants());
    first.countDown();
    return less;
  }

  private void tell(boolean answers, String cause) {
    if (answers != connected || !told) {
      connected = answers;
      told = true;
      if (answers) {
        listener.found();
      } else {
        listener.lost(cause);
      }
    }
  }

  /** Ends the claiming and gives everything back, if Redis answers soon. */
  @Override
  public void close() {
    if (thread.isShutdown()) {
      return;
    }
    thread.execute(this::leave);
    thread.shutdown();
    try {
      if (!thread.awaitTermination(LAST_CALL.toMillis(), TimeUnit.MILLISECONDS)) {
        thread.shutdownNow();
      }
    } catch (InterruptedException e) {
      thread.shutdownNow();
      Thread.currentThread().interrupt();
    }
    table.close();
  }

  private void leave() {
    try {
      if (connected) {
        table.leave(slices.names());
      }
    } catch (IOException e) {
      listener.lost("parts not given back: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
