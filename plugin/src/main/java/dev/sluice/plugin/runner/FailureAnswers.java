// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.runner;

import dev.sluice.plugin.protocol.Verdict;

/** The HTTP answers to calls that the filters can't answer. Implementations are thread-safe and don't block. */
@FunctionalInterface
public interface FailureAnswers {
  /**
   * The answer to send.
   *
   * @param path the request's path, which tells the caller's dialect; empty for an upstream's response
   */
  Verdict.Stop answer(String path, Failure failure);
}
