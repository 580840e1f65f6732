// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.dialect;

/** Whose error bodies and rate limit headers a caller understands. Immutable. */
public enum Family {
  OPENAI,
  ANTHROPIC;

  private static final String ANTHROPIC_PREFIX = "/v1/messages";

  /**
   * The family of any path, also of those no {@link Dialect} generates on, such as {@code /v1/messages/count_tokens}.
   *
   * @param path request path, with or without a query
   */
  public static Family of(String path) {
    String bare = Dialect.withoutQuery(path);
    int at = bare.indexOf(ANTHROPIC_PREFIX);
    if (at < 0) {
      return OPENAI;
    }
    int end = at + ANTHROPIC_PREFIX.length();
    return end == bare.length() || bare.charAt(end) == '/' ? ANTHROPIC : OPENAI;
  }
}
