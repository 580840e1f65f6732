// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

import static dev.sluice.routing.config.Kinds.list;
import static dev.sluice.routing.config.Kinds.name;
import static dev.sluice.routing.config.Kinds.text;

import dev.sluice.routing.config.Key;
import dev.sluice.routing.config.Section;
import dev.sluice.routing.provider.ProviderFactory;
import dev.sluice.routing.provider.ProviderTypes;
import dev.sluice.routing.rule.RuleKeys;
import dev.sluice.routing.window.WindowKeys;
import java.util.List;
import java.util.stream.Stream;

/** The form of {@code conf/sluice.yaml} as a whole. Immutable. */
final class SluiceDocument {
  /** What the names of overriding environment variables begin with. */
  static final String PREFIX = "SLUICE";

  /** Every type of provider there is, each with a section of its own. */
  static final List<ProviderFactory> PROVIDER_TYPES = ProviderTypes.discover();

  static final Key<List<String>> FAILOVER_ORDER =
      Key.of(
          "failover_order",
          list(name(64), 64),
          "",
          "Names of providers in order of preference, whatever their type; those not named follow in the order written.");

  static final Key<List<String>> REGIONS =
      Key.of(
          "regions",
          list(text("lower case letters, digits and -", "[a-z0-9-]+", 64), 64),
          "",
          "Where requests may be processed: only at providers whose `region` is one of these. Empty for anywhere.");

  static final Section PROVIDER =
      Section.single(
              "provider",
              "Who serves the models.",
              List.of(FAILOVER_ORDER, REGIONS),
              Stream.concat(Stream.of(ChoiceKeys.SECTION, HealthKeys.SECTION, HybridKeys.SECTION), PROVIDER_TYPES.stream().map(ProviderFactory::section)).toList())
          .reloadable();

  static final Section ROOT =
      Section.single(
          "",
          "The configuration of Sluice.",
          List.of(),
          List.of(
              ConfigKeys.Runner.SECTION,
              ConfigKeys.Scheduler.SECTION,
              BucketKeys.SECTION,
              ConfigKeys.TokenRouting.SECTION,
              RuleKeys.SECTION,
              TrustKeys.SECTION,
              WindowKeys.SECTION,
              StoreKeys.STORES,
              PROVIDER,
              QuotaKeys.QUOTAS,
              QuotaKeys.PRICES,
              ConfigKeys.Protection.SECTION,
              ConfigKeys.Observability.SECTION,
              ConfigKeys.Events.SECTION,
              ConfigKeys.Admin.SECTION));

  private SluiceDocument() {}
}
