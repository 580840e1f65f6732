// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.dialect;

/** Carries a refusal out of nested reading; never leaves this package. Immutable, without a stack trace. */
final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ReadResult.Problem problem;
  private final String param;

  /**
   * @param param the key at fault, empty when it is the body as a whole
   * @param message what to correct; holds nothing out of the body
   */
  RefusedException(ReadResult.Problem problem, String param, String message) {
    super(message, null, false, false);
    this.problem = problem;
    this.param = param;
  }

  static RefusedException malformed(String param, String message) {
    return new RefusedException(ReadResult.Problem.MALFORMED, param, message);
  }

  /** A refusal of a key that appears more than once. */
  static RefusedException repeated(String param) {
    return new RefusedException(
        ReadResult.Problem.AMBIGUOUS, param, "The key '" + param + "' appears more than once. Send it once.");
  }

  ReadResult.Refused refused() {
    return new ReadResult.Refused(problem, String.valueOf(getMessage()), param);
  }
}
