// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.dialect;

/** What came of reading a request body. Immutable. */
public sealed interface ReadResult {
  /**
   * The body is one we and the provider read alike.
   *
   * @param mostPromptTokens a number that the prompt's tokens don't exceed, unless an image or the like takes more than its fixed cost
   */
  record Read(PromptShape shape, long mostPromptTokens) implements ReadResult {}

  /** Why a body is refused. */
  enum Problem {
    /** It is not JSON, or a value is missing, of the wrong type or out of range. */
    MALFORMED,
    /** It may be read in more than one way: the provider's reading may not be ours. */
    AMBIGUOUS
  }

  /**
   * The body is to be refused with a 400.
   *
   * @param problem which kind of refusal it is
   * @param message what is wrong and what to send instead; never holds anything out of the body
   * @param param the key at fault, empty when it is the body as a whole
   */
  record Refused(Problem problem, String message, String param) implements ReadResult {}
}
