// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.provider.local;

import dev.sluice.routing.provider.Credentials;
import dev.sluice.routing.provider.Probe;
import dev.sluice.routing.provider.ProviderContext;
import dev.sluice.routing.provider.ProviderMetadata;
import dev.sluice.routing.provider.ProviderPlan;
import dev.sluice.routing.provider.ServedModel;
import dev.sluice.routing.provider.Target;
import java.util.List;
import java.util.Optional;

/**
 * What the operator wrote about one upstream. Immutable.
 *
 * @param requestStreamUsage true if streamed requests should ask it to report usage
 * @param probe how to ask whether it is there; empty for not at all
 */
public record LocalPlan(
    ProviderMetadata metadata, List<ServedModel> models, Credentials credentials, Target target, boolean requestStreamUsage, Optional<Probe> probe)
    implements ProviderPlan {
  public LocalPlan {
    models = List.copyOf(models);
  }

  @Override
  public LocalProvider open(ProviderContext context) {
    return new LocalProvider(this);
  }
}
