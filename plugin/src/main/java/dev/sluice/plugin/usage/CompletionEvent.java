// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.usage;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The gateway's report that one request has ended. Immutable. Holds the captured answer, so it is never logged: its text form
 * leaves the body and the lease out.
 *
 * @param lease value of the lease header, empty when there was none; unverified, and possibly a comma list
 * @param status status sent to the caller; empty when unknown
 * @param completed whether the answer went out whole; false when the caller left
 * @param upstreamStatuses status of each attempt at a provider, in order; empty when none was reached
 * @param upstreamAddr address of the provider, a comma list after several attempts; empty when none was tried
 * @param timing how long things took
 * @param bodyBytesSent bytes of body sent to the caller
 * @param limits what the provider said of its own limits
 * @param contentType of the answer, empty when unknown
 * @param body the captured answer, possibly only its head, empty when none was captured
 * @param promptTokens the gateway's own count, on routes where it keeps one
 * @param completionTokens likewise
 */
public record CompletionEvent(
    String lease,
    OptionalInt status,
    boolean completed,
    List<Integer> upstreamStatuses,
    String upstreamAddr,
    Timing timing,
    long bodyBytesSent,
    UpstreamLimits limits,
    String contentType,
    String body,
    OptionalLong promptTokens,
    OptionalLong completionTokens) {

  /**
   * How long a request took. Immutable.
   *
   * @param requestNanos from the request's first byte to the answer's last
   * @param upstreamHeaderNanos from the last attempt's connection to its first byte: the time to the first token of a stream
   * @param upstreamResponseNanos the last attempt as a whole
   */
  public record Timing(OptionalLong requestNanos, OptionalLong upstreamHeaderNanos, OptionalLong upstreamResponseNanos) {}

  public CompletionEvent {
    upstreamStatuses = List.copyOf(upstreamStatuses);
  }

  /** The values of the lease header one by one; a provider may have sent one of the same name. */
  public List<String> leases() {
    return Arrays.stream(lease.split(",", -1)).map(String::strip).filter(value -> !value.isEmpty()).toList();
  }

  @Override
  public String toString() {
    return "CompletionEvent[status=" + status + ", completed=" + completed + ", upstreamStatuses=" + upstreamStatuses
        + ", bodyBytesSent=" + bodyBytesSent + "]";
  }
}
