// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.provider;

/**
 * How one request is to be sent. Immutable.
 *
 * @param upstream the gateway's name for where it goes: the value of {@code x-sluice-provider}, which {@code traffic-split} matches
 * @param credentials how it proves itself there
 * @param target how it is addressed
 * @param model the name of the model to send
 * @param requestStreamUsage true if a stream should be asked to report its usage
 * @param listener hears how the request ended
 */
public record Destination(
    String upstream, Credentials credentials, Target target, String model, boolean requestStreamUsage, DispatchListener listener) {
  public Destination {
    if (!upstream.matches("[A-Za-z0-9][A-Za-z0-9._:-]{0,254}")) {
      throw new IllegalArgumentException("upstream: " + upstream + " (expected: a name of letters, digits and . _ : -)");
    }
  }
}
