// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.entitle;

import dev.sluice.routing.Entitlement;
import java.net.InetAddress;
import java.util.Optional;

/** Decides while nobody can tell who is calling. Implementations are thread-safe and never block. */
@FunctionalInterface
public interface Degraded {
  /** Lets nobody in. */
  Degraded CLOSED = source -> Optional.empty();

  /** On what terms a request from {@code source} is let in; empty if it is not. */
  Optional<Admission> admit(InetAddress source);

  /**
   * Terms of a request whose caller is not known. Immutable.
   *
   * @param maxTokens most tokens it may need, prompt and longest output together
   */
  record Admission(Entitlement entitlement, long maxTokens) {}
}
