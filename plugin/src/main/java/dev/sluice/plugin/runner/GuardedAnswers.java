// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.runner;

import dev.sluice.plugin.protocol.Bytes;
import dev.sluice.plugin.protocol.Verdict;
import java.util.List;

/** Failure answers that can't fail: where the given ones do, a bare 503. Thread-safe. */
record GuardedAnswers(FailureAnswers answers, QuietLog log) implements FailureAnswers {
  private static final int SERVICE_UNAVAILABLE = 503;

  @Override
  public Verdict.Stop answer(String path, Failure failure) {
    try {
      return answers.answer(path, failure);
    } catch (RuntimeException | LinkageError e) {
      log.warn("event=failure_answer_failed", failure + ": " + e.getClass().getName());
      return new Verdict.Stop(SERVICE_UNAVAILABLE, List.of(), Bytes.empty());
    }
  }
}
