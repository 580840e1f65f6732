// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.quota;

import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * Who is told how full a quota is. Immutable.
 *
 * @param percents of the amount at which to tell, ascending, each 1 to 1000
 * @param webhook where to; empty leaves it to the configuration's webhook, if there is one
 */
public record QuotaAlert(List<Integer> percents, Optional<URI> webhook) {
  /** At 80, 90 and 100 % to the configuration's webhook. */
  public static final QuotaAlert DEFAULT = new QuotaAlert(List.of(80, 90, 100), Optional.empty());

  public QuotaAlert {
    percents = percents.stream().sorted().distinct().toList();
    for (int percent : percents) {
      if (percent < 1 || percent > 1000) {
        throw new IllegalArgumentException("percents: " + percent + " (expected: 1..1000)");
      }
    }
    webhook.ifPresent(QuotaAlert::checked);
  }

  /** The same address if it is one that alerts may go to. Its text is never part of a message: it may hold a secret. */
  public static URI checked(URI webhook) {
    boolean http = "http".equalsIgnoreCase(webhook.getScheme()) || "https".equalsIgnoreCase(webhook.getScheme());
    if (!http || webhook.getHost() == null || webhook.getRawUserInfo() != null) {
      throw new IllegalArgumentException("webhook: *** (expected: http or https, a host, no user)");
    }
    return webhook;
  }

  @Override
  public String toString() {
    return "QuotaAlert[percents=" + percents + ", webhook=" + (webhook.isPresent() ? "***" : "none") + "]";
  }
}
