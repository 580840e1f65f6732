// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.gateway;

import dev.sluice.scheduler.Ticker;
import dev.sluice.t.gateway.config.GatewayConfig;
import io.netty.channel.EventLoop;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;

/** What all exchanges of the gateway share. Not thread-safe; confined to its event loop. */
final class Worker {
  private final EventLoop loop;
  private final Ticker ticker;
  private final InstantSource clock;
  private final RunnerLink runner;
  private final UpstreamPool upstreams;
  private final EventSender events;
  private final RoundRobins roundRobins = new RoundRobins();
  private final SplittableRandom random;
  private final Map<String, Integer> proxied = new HashMap<>();
  private GatewayConfig config;

  Worker(EventLoop loop, Ticker ticker, InstantSource clock, RunnerLink runner, GatewayConfig config) {
    this.loop = loop;
    this.ticker = ticker;
    this.clock = clock;
    this.runner = runner;
    this.upstreams = new UpstreamPool(loop);
    this.events = new EventSender(loop);
    this.random = new SplittableRandom(ticker.read());
    this.config = config;
  }

  EventLoop loop() {
    return loop;
  }

  long nowNanos() {
    return ticker.read();
  }

  /** The {@code Date} header's text. */
  String date() {
    return DateTimeFormatter.RFC_1123_DATE_TIME.format(clock.instant().atOffset(ZoneOffset.UTC));
  }

  /** A new request's id: 32 hexadecimal digits. */
  String requestId() {
    return String.format("%016x%016x", random.nextLong(), random.nextLong());
  }

  RunnerLink runner() {
    return runner;
  }

  UpstreamPool upstreams() {
    return upstreams;
  }

  EventSender events() {
    return events;
  }

  RoundRobins roundRobins() {
    return roundRobins;
  }

  GatewayConfig config() {
    return config;
  }

  /** Takes a new configuration for the requests that begin from now on. */
  void reconfigure(GatewayConfig next) {
    config = next;
    roundRobins.clear();
  }

  /** Counts a request of a route on its way upstream; false if there are {@code most} already. */
  boolean enter(String routeId, int most) {
    int now = proxied.getOrDefault(routeId, 0);
    if (now >= most) {
      return false;
    }
    proxied.put(routeId, now + 1);
    return true;
  }

  /** Ends a count of {@link #enter}. */
  void leave(String routeId) {
    proxied.merge(routeId, -1, Integer::sum);
  }

  void close() {
    events.flush();
    runner.close();
    upstreams.close();
  }
}
