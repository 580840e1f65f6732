// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.load;

import dev.sluice.scheduler.Ticker;
import dev.sluice.t.load.LoadPlan.Arrivals;
import dev.sluice.t.load.LoadPlan.LoadClass;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs one plan on one event loop. Not thread-safe; {@link #run} may be called from any thread but the loop's. */
public final class LoadGenerator {
  private final LoadPlan plan;
  private final Ticker ticker;
  private final EventLoop loop;
  private final LoadConnections connections;
  private final List<ClassReport> reports = new ArrayList<>();
  private final Set<LoadRequest> inFlight = new LinkedHashSet<>();
  private final CompletableFuture<Boolean> done = new CompletableFuture<>();
  private long startNanos;
  private long endNanos;
  private boolean draining;

  private LoadGenerator(LoadPlan plan, Ticker ticker, EventLoop loop) {
    this.plan = plan;
    this.ticker = ticker;
    this.loop = loop;
    this.connections = new LoadConnections(loop, plan.target());
  }

  /** Runs a plan to its end and blocks meanwhile. */
  public static LoadReport run(LoadPlan plan) {
    MultiThreadIoEventLoopGroup group =
        new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("load", true), EpollIoHandler.newFactory());
    try {
      LoadGenerator generator = new LoadGenerator(plan, System::nanoTime, group.next());
      generator.loop.execute(generator::start);
      generator.done.join();
      double seconds = (generator.ticker.read() - generator.startNanos) / 1e9;
      return new LoadReport(generator.reports, seconds);
    } finally {
      group.shutdownGracefully(0, 1000, TimeUnit.MILLISECONDS).awaitUninterruptibly();
    }
  }

  private void start() {
    startNanos = ticker.read();
    endNanos = startNanos + plan.duration().toNanos();
    SplittableRandom seeds = new SplittableRandom(plan.seed());
    for (LoadClass of : plan.classes()) {
      ClassReport report = new ClassReport(of.name());
      reports.add(report);
      Caller caller = new Caller(of, report, seeds.split());
      switch (of.arrivals()) {
        case Arrivals.Closed(int callers) -> {
          for (int i = 0; i < callers; i++) {
            caller.send(startNanos);
          }
        }
        case Arrivals.Poisson poisson -> caller.scheduleNext(startNanos);
        case Arrivals.Constant constant -> caller.scheduleNext(startNanos);
      }
    }
    loop.schedule(this::drain, plan.duration().toNanos(), TimeUnit.NANOSECONDS);
  }

  private void drain() {
    draining = true;
    loop.schedule(this::finish, plan.drain().toNanos(), TimeUnit.NANOSECONDS);
    finishIfIdle();
  }

  private void finishIfIdle() {
    if (draining && inFlight.isEmpty()) {
      finish();
    }
  }

  private void finish() {
    List.copyOf(inFlight).forEach(LoadRequest::giveUp);
    connections.close();
    done.complete(true);
  }

  /** One class at work. */
  private final class Caller {
    private final LoadClass of;
    private final ClassReport report;
    private final SplittableRandom random;

    Caller(LoadClass of, ClassReport report, SplittableRandom random) {
      this.of = of;
      this.report = report;
      this.random = random;
    }

    /** Sends at the next intended instant after {@code lastNanos}, late if it must, but never leaves one out. */
    void scheduleNext(long lastNanos) {
      long nextNanos = lastNanos + gapNanos();
      if (nextNanos - endNanos >= 0) {
        return;
      }
      long delayNanos = nextNanos - ticker.read();
      if (delayNanos <= 0) {
        loop.execute(() -> sendAndGoOn(nextNanos));
      } else {
        loop.schedule(() -> sendAndGoOn(nextNanos), delayNanos, TimeUnit.NANOSECONDS);
      }
    }

    private void sendAndGoOn(long intendedNanos) {
      scheduleNext(intendedNanos);
      send(intendedNanos);
    }

    private long gapNanos() {
      return switch (of.arrivals()) {
        case Arrivals.Poisson(double perSecond) -> (long) (-Math.log(1 - random.nextDouble()) / perSecond * 1e9);
        case Arrivals.Constant(double perSecond) -> (long) (1e9 / perSecond);
        case Arrivals.Closed closed -> throw new IllegalStateException("a closed loop has no gaps");
      };
    }

    void send(long intendedNanos) {
      boolean stream = random.nextDouble() < of.shape().streamShare();
      report.began();
      LoadRequest request = new LoadRequest(of, stream, intendedNanos, ticker, report, this::ended);
      inFlight.add(request);
      request.start(connections);
    }

    private void ended(LoadRequest request) {
      inFlight.remove(request);
      if (of.arrivals() instanceof Arrivals.Closed && !draining) {
        loop.execute(() -> {
          if (!draining) {
            send(ticker.read());
          }
        });
      }
      finishIfIdle();
    }
  }
}
