// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.runner;

import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * How a runner serves. Immutable.
 *
 * @param socket the unix socket's path; its folder exists
 * @param mode the socket's permissions; the gateway's workers need to write
 * @param group the socket's group, if it is not to be the process's
 * @param eventLoops threads that serve connections, at least 1; accepting has one more of its own
 * @param backlog connections the kernel holds until they are accepted, at least 1; Linux caps it at net.core.somaxconn
 * @param confExpiry how long the gateway keeps a conf token, longer than zero
 */
public record RunnerOptions(
    Path socket,
    Set<PosixFilePermission> mode,
    Optional<String> group,
    int eventLoops,
    int backlog,
    Duration confExpiry,
    Transport transport) {

  private static final int DEFAULT_EVENT_LOOPS = 2;
  private static final int DEFAULT_BACKLOG = 4096;
  private static final Duration DEFAULT_CONF_EXPIRY = Duration.ofHours(1);

  /** Checks the ranges. */
  public RunnerOptions {
    mode = Set.copyOf(mode);
    if (eventLoops < 1) {
      throw new IllegalArgumentException("eventLoops: " + eventLoops + " (expected: >= 1)");
    }
    if (backlog < 1) {
      throw new IllegalArgumentException("backlog: " + backlog + " (expected: >= 1)");
    }
    if (confExpiry.isNegative() || confExpiry.isZero()) {
      throw new IllegalArgumentException("confExpiry: " + confExpiry + " (expected: > 0s)");
    }
  }

  /** Mode 0660, the process's group, 2 event loops, a backlog of 4096, conf tokens for an hour, the best transport. */
  public static RunnerOptions defaults(Path socket) {
    return new RunnerOptions(
        socket,
        PosixFilePermissions.fromString("rw-rw----"),
        Optional.empty(),
        DEFAULT_EVENT_LOOPS,
        DEFAULT_BACKLOG,
        DEFAULT_CONF_EXPIRY,
        Transport.AUTO);
  }
}
