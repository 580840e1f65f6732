// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

import dev.sluice.routing.config.Section;
import dev.sluice.routing.rule.RuleKeys;
import dev.sluice.routing.window.WindowKeys;
import java.util.List;

/** The form of {@code conf/sluice.yaml} as a whole. Immutable. */
final class SluiceDocument {
  /** What the names of overriding environment variables begin with. */
  static final String PREFIX = "SLUICE";

  static final Section LOCAL =
      Section.named(
              "local",
              "Providers of your own, by name: the name of the APISIX upstream. Their order is the order of preference."
                  + " Capacity may be given for the provider and, winning over that, for a model.",
              ProviderKeys.KEYS,
              List.of(ProviderKeys.Model.SECTION, ProviderKeys.Credential.SECTION))
          .reloadable();

  static final Section PROVIDER = Section.single("provider", "Who serves the models.", List.of(), List.of(LOCAL)).reloadable();

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
