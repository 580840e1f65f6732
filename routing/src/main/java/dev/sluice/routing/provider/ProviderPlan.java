// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.provider;

import java.util.List;

/**
 * A provider as configured, not yet open. Immutable. Equal plans mean the same provider: a reload that comes to an equal plan leaves
 * the open provider alone. {@code toString} shows no secret.
 */
public interface ProviderPlan {
  /** What never changes about the provider. */
  ProviderMetadata metadata();

  /** What it may serve, with the configured limits. */
  List<ServedModel> models();

  /** The running provider. Contacts nobody before the first request but what the operator configured it to contact. */
  Provider open(ProviderContext context);
}
