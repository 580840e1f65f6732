// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admin.api;

import dev.sluice.plugin.http.HttpAnswer;
import dev.sluice.routing.registry.Fault;
import java.util.List;

/** Ends a route's work with a problem for the caller. Immutable. */
final class ProblemException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient HttpAnswer answer;

  private ProblemException(HttpAnswer answer) {
    super("status " + answer.status(), null, false, false);
    this.answer = answer;
  }

  static ProblemException of(int status, String detail) {
    return new ProblemException(Problem.of(status, detail));
  }

  static ProblemException of(List<Fault> faults) {
    return new ProblemException(Problem.faults(faults));
  }

  HttpAnswer answer() {
    return answer;
  }
}
