// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace.provider;

import dev.sluice.routing.config.Problems;
import dev.sluice.routing.config.Secret;
import dev.sluice.routing.config.Surroundings;
import dev.sluice.routing.config.Values;
import dev.sluice.routing.marketplace.consent.ConsentFile;
import dev.sluice.routing.marketplace.consent.EgressGate;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Whether, where and with whose consent the marketplace is used. Immutable; paths are absolute.
 *
 * @param url empty while nobody wrote one
 * @param key the operator's own at the marketplace; empty while it is of no use
 */
public record MarketSettings(boolean enabled, boolean offline, Optional<URI> url, Optional<Secret> key, Path consentFile, Path outboxFolder) {

  /** The settings of the section {@code provider}; what is wrong with them is among the problems. */
  public static MarketSettings of(Values provider, Surroundings surroundings, Problems problems) {
    Values values = provider.section(MarketKeys.SECTION);
    Optional<URI> url = values.find(MarketKeys.URL).filter(MarketAddress::allowed).map(URI::create);
    if (url.isEmpty() && values.find(MarketKeys.URL).isPresent()) {
      values.refuse(MarketKeys.URL, MarketAddress.EXPECTED, problems);
    }
    boolean enabled = values.get(MarketKeys.ENABLED);
    boolean offline = values.get(MarketKeys.OFFLINE_MODE);
    return new MarketSettings(
        enabled,
        offline,
        url,
        enabled && !offline ? surroundings.secret(values, MarketKeys.KEY_ENV, MarketKeys.KEY_FILE, problems) : Optional.empty(),
        surroundings.resolve(values.get(MarketKeys.CONSENT_FILE)),
        surroundings.resolve(values.get(MarketKeys.OUTBOX_FOLDER)));
  }

  /** Where consent is kept. */
  public ConsentFile consent() {
    return new ConsentFile(consentFile);
  }

  /** Says whether anything may leave; nothing may without a URL. */
  public EgressGate gate() {
    return new EgressGate(offline || url.isEmpty(), url.orElse(URI.create("")), consent());
  }
}
