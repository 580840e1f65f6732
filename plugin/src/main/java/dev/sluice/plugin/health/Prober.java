// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.health;

import dev.sluice.routing.http.HttpCaller;
import dev.sluice.routing.provider.Probe;
import dev.sluice.routing.provider.Provider;
import dev.sluice.routing.provider.ServedModel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes the providers for which the operator configured it, and no others. Not thread-safe; confined to the thread that configures it.
 *
 * <p>Intervals vary by a tenth, so that nodes don't probe in step. Redirects are not followed, and addresses that give secrets to
 * whoever reaches them, link-local ones, are never asked.
 */
public final class Prober implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Prober.class);
  private static final double JITTER = 0.1;
  private static final int FIRST_SUCCESS = 200;
  private static final int FIRST_REDIRECT = 300;

  /** Read so that the connection serves the next probe too; nothing is made of it. */
  private static final int MAX_ANSWER_BYTES = 1 << 16;

  private final HealthBook book;
  private final ScheduledExecutorService timer;
  private final RandomGenerator random;
  private List<Watch> watches = List.of();

  /** A prober that probes nobody. */
  public Prober(HealthBook book, ScheduledExecutorService timer, RandomGenerator random) {
    this.book = book;
    this.timer = timer;
    this.random = random;
  }

  /** Probes these from now on. */
  public void configure(List<Provider> providers) {
    close();
    List<Watch> next = new ArrayList<>();
    for (Provider provider : providers) {
      provider.probe().ifPresent(probe -> next.add(new Watch(provider, probe)));
    }
    watches = List.copyOf(next);
    watches.forEach(watch -> watch.next(watch.pauseNanos(random.nextDouble())));
  }

  @Override
  public void close() {
    watches.forEach(Watch::close);
    watches = List.of();
  }

  private final class Watch {
    private final Provider provider;
    private final Probe probe;
    private final List<String> models;
    private final HttpCaller caller;
    private volatile boolean closed;
    private volatile Future<?> due = CompletableFuture.completedFuture(null);
    private int failures;

    Watch(Provider provider, Probe probe) {
      this.provider = provider;
      this.probe = probe;
      this.models = provider.models().stream().map(ServedModel::model).toList();
      this.caller = HttpCaller.usual(probe.timeout());
    }

    private long pauseNanos(double unit) {
      return (long) (probe.interval().toNanos() * (1 + JITTER * (2 * unit - 1)));
    }

    private void next(long nanos) {
      if (!closed) {
        due = timer.schedule(() -> Thread.startVirtualThread(this::run), nanos, TimeUnit.NANOSECONDS);
      }
    }

    private void run() {
      boolean worked = worked();
      long nextNanos = pauseNanos(random.nextDouble());
      failures = worked ? 0 : failures + 1;
      if (!closed && (worked || failures >= probe.failures())) {
        if (failures == probe.failures()) {
          log.warn("provider={} does not answer its probe", provider.name());
        }
        // The hold lasts until the next probe has been answered.
        book.probed(provider.name(), models, worked, nextNanos + 2 * probe.timeout().toNanos());
      }
      next(nextNanos);
    }

    private boolean worked() {
      try {
        for (InetAddress address : InetAddress.getAllByName(probe.uri().getHost())) {
          if (address.isLinkLocalAddress() || address.isMulticastAddress() || address.isAnyLocalAddress()) {
            return false;
          }
        }
        return caller.call(HttpRequest.newBuilder(probe.uri()), probe.timeout(), status -> MAX_ANSWER_BYTES) instanceof HttpCaller.Outcome.Answered answered
            && answered.status() >= FIRST_SUCCESS
            && answered.status() < FIRST_REDIRECT;
      } catch (IOException e) {
        return false;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }

    void close() {
      closed = true;
      due.cancel(false);
      Thread.startVirtualThread(caller::close);
    }
  }
}
