// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.quota;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** The clock of Redis's server as far as this node knows it: its own, set right by what the server last said. Thread-safe. */
final class ServerClock implements InstantSource {
  private final InstantSource wall;
  private volatile Duration ahead = Duration.ZERO;

  ServerClock(InstantSource wall) {
    this.wall = wall;
  }

  @Override
  public Instant instant() {
    return wall.instant().plus(ahead);
  }

  /** The server's clock shows this now. */
  void shows(Instant server) {
    ahead = Duration.between(wall.instant(), server);
  }
}
