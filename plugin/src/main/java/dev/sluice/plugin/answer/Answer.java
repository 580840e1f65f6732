// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.answer;

import java.util.List;

/** A complete HTTP answer of our own. Immutable. */
public final class Answer {
  private final int status;
  private final List<Header> headers;
  private final byte[] body;

  Answer(int status, List<Header> headers, byte[] body) {
    this.status = status;
    this.headers = List.copyOf(headers);
    this.body = body;
  }

  public int status() {
    return status;
  }

  public List<Header> headers() {
    return headers;
  }

  /** The body in UTF-8, a copy. */
  public byte[] body() {
    return body.clone();
  }
}
