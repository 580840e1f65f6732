// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.provider.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.routing.config.Secret;
import dev.sluice.routing.provider.Credentials;
import dev.sluice.routing.provider.Destination;
import dev.sluice.routing.provider.ModelLimits;
import dev.sluice.routing.provider.Pace;
import dev.sluice.routing.provider.ProviderContext;
import dev.sluice.routing.provider.ProviderContract;
import dev.sluice.routing.provider.ProviderMetadata;
import dev.sluice.routing.provider.ProviderPlan;
import dev.sluice.routing.provider.ProviderTypes;
import dev.sluice.routing.provider.ServedModel;
import dev.sluice.routing.provider.Target;
import dev.sluice.routing.provider.TargetAnswer;
import dev.sluice.routing.provider.TargetRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class LocalProviderTest extends ProviderContract {
  private static final ScheduledExecutorService TIMER = Executors.newSingleThreadScheduledExecutor();
  private static final ModelLimits LIMITS = new ModelLimits(1000, 10, 4, 8000);
  private static final Pace PACE = new Pace(5000, 30, Duration.ofMinutes(10));
  private static final Secret SECRET = Secret.ofVariable(Map.of("KEY", CANARY), "KEY").orElseThrow();

  @AfterAll
  static void end() {
    TIMER.shutdownNow();
  }

  @Override
  protected ProviderPlan plan() {
    return new LocalPlan(
        new ProviderMetadata("gpu-a", "local", Set.of("eu-1")),
        List.of(
            new ServedModel("llama", Optional.of("meta/llama"), List.of("small"), LIMITS, PACE),
            new ServedModel(ServedModel.ANY, Optional.empty(), List.of(), LIMITS, PACE)),
        new Credentials.Header("authorization", "Bearer", SECRET),
        new Target(Optional.of("a.example.com"), Optional.empty(), Map.of("x-key", CANARY)),
        true,
        Optional.empty());
  }

  @Override
  protected ProviderContext context() {
    return new ProviderContext(() -> 0, () -> Instant.EPOCH, TIMER, () -> {});
  }

  @Test
  void sendsToTheUpstreamOfItsNameUnderItsOwnNameForTheModel() {
    var answer = (TargetAnswer.Send) ask(new TargetRequest("llama", "small", "acme", 2, 10, 20, true, Set.of()));

    Destination destination = answer.destination();
    assertThat(destination.upstream()).isEqualTo("gpu-a");
    assertThat(destination.model()).isEqualTo("meta/llama");
    assertThat(destination.requestStreamUsage()).isTrue();
    assertThat(((Credentials.Header) destination.credentials()).value()).isEqualTo("Bearer " + CANARY);
  }

  @Test
  void itsTypeIsFound() {
    assertThat(ProviderTypes.discover()).extracting(type -> type.type()).contains("local");
  }
}
