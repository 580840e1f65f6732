// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.http;

import java.net.InetAddress;
import java.util.Optional;

/**
 * A request to one of our own ports. Immutable; the array is not copied and must not be changed.
 *
 * @param method upper case
 * @param path without the query
 * @param query without the question mark; empty if none
 * @param peer the address it came from
 * @param fields the headers that any port reads
 * @param body whole; empty if none
 */
@SuppressWarnings("ArrayRecordComponent") // compared nowhere, copied never: bodies reach 32 MiB
public record HttpCall(String method, String path, String query, InetAddress peer, Fields fields, byte[] body) {
  /**
   * The headers that any port reads; each empty if absent or repeated. Immutable.
   *
   * @param ifMatch the versions that a change is meant for
   */
  public record Fields(Optional<String> authorization, Optional<String> contentType, Optional<String> ifMatch) {
    @Override
    public String toString() {
      return "***";
    }
  }

  /** The Authorization header. */
  public Optional<String> authorization() {
    return fields.authorization();
  }
}
