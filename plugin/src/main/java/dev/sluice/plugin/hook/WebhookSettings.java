// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.hook;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * What to call, and within which bounds. Immutable; the address may hold a secret, and does not show.
 *
 * @param address http or https
 * @param deadline of a call, from its first byte to its last
 * @param maxAnswerBytes longer answers are failures
 * @param maxConcurrent calls at a time; further ones fail at once
 * @param proof how calls show whose they are
 */
public record WebhookSettings(URI address, Duration deadline, int maxAnswerBytes, int maxConcurrent, Optional<Proof> proof) {
  @Override
  public String toString() {
    return "WebhookSettings[***]";
  }
}
