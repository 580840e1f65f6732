// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.provider.local;

import dev.sluice.routing.provider.Credentials;
import dev.sluice.routing.provider.ProviderContext;
import dev.sluice.routing.provider.ProviderMetadata;
import dev.sluice.routing.provider.ProviderPlan;
import dev.sluice.routing.provider.ServedModel;
import dev.sluice.routing.provider.Target;
import java.util.List;

/**
 * What the operator wrote about one upstream. Immutable.
 *
 * @param requestStreamUsage true if streamed requests should ask it to report usage
 */
public record LocalPlan(
    ProviderMetadata metadata, List<ServedModel> models, Credentials credentials, Target target, boolean requestStreamUsage)
    implements ProviderPlan {
  public LocalPlan {
    models = List.copyOf(models);
  }

  @Override
  public LocalProvider open(ProviderContext context) {
    return new LocalProvider(this);
  }
}
