// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.protocol;

import java.util.List;
import java.util.Optional;

/** What becomes of a request. Immutable. */
public sealed interface Verdict {
  /** The request goes on as it came. */
  record Continue() implements Verdict {}

  /**
   * The request goes on, changed.
   *
   * @param path the new path, if it changes
   * @param headers request headers to set, a null value deletes; of a repeated name the gateway keeps the last
   * @param arguments query arguments to set, a null value deletes
   * @param responseHeaders added to the response that the client gets; a repeated name repeats
   * @param body the new request body, if it changes; the gateway can't set an empty one
   */
  record Rewrite(
      Optional<String> path,
      List<Field> headers,
      List<Field> arguments,
      List<Field> responseHeaders,
      Optional<Bytes> body)
      implements Verdict {}

  /**
   * The request ends here.
   *
   * @param status the HTTP status, 100 to 999
   * @param headers response headers; a repeated name repeats
   * @param body the response body; for an empty one the gateway shows its own page
   */
  record Stop(int status, List<Field> headers, Bytes body) implements Verdict {
    /** Refuses a status that is none. */
    public Stop {
      if (status < 100 || status > 999) {
        throw new IllegalArgumentException("status: " + status + " (expected: 100 to 999)");
      }
      headers = List.copyOf(headers);
    }
  }
}
