// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace.provider;

import dev.sluice.routing.config.Secret;
import dev.sluice.routing.marketplace.DegradationMode;
import dev.sluice.routing.marketplace.Terms;
import dev.sluice.routing.marketplace.wire.HttpTransport;
import dev.sluice.routing.provider.ProviderContext;
import dev.sluice.routing.provider.ProviderMetadata;
import dev.sluice.routing.provider.ProviderPlan;
import dev.sluice.routing.provider.ServedModel;
import dev.sluice.routing.store.Breaker;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** The marketplace as configured. Immutable. */
public record MarketPlan(MarketSettings settings, List<ServedModel> models, Terms terms, Calls calls, Keeping keeping) implements ProviderPlan {
  private static final Secret NO_KEY = Secret.of("none");

  public MarketPlan {
    models = List.copyOf(models);
  }

  /**
   * How it is called. Immutable.
   *
   * @param attempts of each call for supplies
   */
  public record Calls(Duration quoteDeadline, Duration callDeadline, int attempts, Duration refreshInterval, Breaker.Settings breaker) {}

  /**
   * What is kept, and what holds in an outage. Immutable.
   *
   * @param fresh how long a list of supplies is as good as new
   * @param stale how long it is better than none
   */
  public record Keeping(DegradationMode mode, Duration fresh, Duration stale, int outboxSize, boolean requestStreamUsage) {}

  /** Its regions are those it is confined to, and where it is not confined those that are liked: beyond them nobody knows where a supply is. */
  @Override
  public ProviderMetadata metadata() {
    return new ProviderMetadata(MarketFactory.TYPE, MarketFactory.TYPE, Set.copyOf(terms.residency().isEmpty() ? terms.regions() : terms.residency()));
  }

  @Override
  public MarketplaceProvider open(ProviderContext context) {
    // Offline there may be neither; nothing is sent then.
    URI url = settings.url().orElse(URI.create("https://offline.invalid"));
    return new MarketplaceProvider(this, context, new HttpTransport(url, settings.key().orElse(NO_KEY)));
  }
}
