// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.dialect;

/** The API a request is written for, known by its path. Immutable. */
public enum Dialect {
  OPENAI_CHAT("/chat/completions", Family.OPENAI),
  OPENAI_COMPLETIONS("/completions", Family.OPENAI),
  OPENAI_RESPONSES("/responses", Family.OPENAI),
  OPENAI_EMBEDDINGS("/embeddings", Family.OPENAI),
  ANTHROPIC_MESSAGES("/v1/messages", Family.ANTHROPIC),
  /** Anything else: nothing is read from the body, the request has a fixed cost. */
  OPAQUE("", Family.OPENAI);

  private final String suffix;
  private final Family family;

  Dialect(String suffix, Family family) {
    this.suffix = suffix;
    this.family = family;
  }

  /**
   * The dialect of a path. Prefixes such as {@code /openai} or {@code /team-a/anthropic} do not matter, the end does: the path
   * of a generation ends with the name of its API, so {@code /v1/messages/count_tokens} is {@link #OPAQUE}.
   *
   * @param path request path, with or without a query
   */
  public static Dialect of(String path) {
    String bare = withoutQuery(path);
    String trimmed = bare.endsWith("/") ? bare.substring(0, bare.length() - 1) : bare;
    for (Dialect dialect : values()) {
      if (trimmed.endsWith(dialect.suffix)) {
        return dialect;
      }
    }
    return OPAQUE;
  }

  public Family family() {
    return family;
  }

  /** Whether a stream reports its usage only to those who set {@code stream_options.include_usage}. */
  public boolean streamUsageOnRequest() {
    return this == OPENAI_CHAT || this == OPENAI_COMPLETIONS;
  }

  /** Whether answers hold generated tokens. */
  public boolean generates() {
    return this != OPENAI_EMBEDDINGS;
  }

  static String withoutQuery(String path) {
    int query = path.indexOf('?');
    return query < 0 ? path : path.substring(0, query);
  }
}
