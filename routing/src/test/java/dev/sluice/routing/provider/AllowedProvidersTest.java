// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.routing.provider.Resolution.Serving;
import dev.sluice.routing.provider.local.LocalPlan;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.junit.jupiter.api.Test;

class AllowedProvidersTest {
  private static final ServedModel MODEL =
      new ServedModel("m", Optional.empty(), List.of(), new ModelLimits(1, 1, 1, 1), new Pace(1, 1, Duration.ofSeconds(1)));

  private final Serving eu = serving("eu", "eu-1");
  private final Serving us = serving("us", "us-1");
  private final Serving both = serving("both", "eu-1", "us-1");
  private final Serving unsaid = serving("unsaid");

  private static Serving serving(String name, String... regions) {
    var plan = new LocalPlan(new ProviderMetadata(name, "local", Set.of(regions)), List.of(MODEL), new Credentials.None(), Target.UNCHANGED, false, Optional.empty());
    return new Serving(plan.open(new ProviderContext(() -> 0, () -> Instant.EPOCH, new ScheduledThreadPoolExecutor(0), () -> {})), MODEL);
  }

  private Set<String> names(AllowedProviders allowed) {
    return allowed.among(List.of(eu, us, both, unsaid));
  }

  private static AllowedProviders of(Set<String> key, Set<String> route, Set<String> regions) {
    return new AllowedProviders(List.of(key, route), regions);
  }

  @Test
  void emptyListsAllowEverybody() {
    assertThat(of(Set.of(), Set.of(), Set.of()).everybody()).isTrue();
    assertThat(names(of(Set.of(), Set.of(), Set.of()))).hasSize(4);
  }

  @Test
  void everyListMustAllowIt() {
    assertThat(names(of(Set.of("eu", "us"), Set.of("us", "both"), Set.of()))).containsExactly("us");
    assertThat(names(of(Set.of("eu"), Set.of("us"), Set.of()))).isEmpty();
  }

  @Test
  void aRegionStandsForEveryProviderInIt() {
    assertThat(names(of(Set.of("region:eu-1"), Set.of(), Set.of()))).containsExactlyInAnyOrder("eu", "both");
    assertThat(names(of(Set.of("region:eu-1", "unsaid"), Set.of("both", "unsaid"), Set.of()))).containsExactlyInAnyOrder("both", "unsaid");
  }

  @Test
  void noNameGetsAroundWhereRequestsMayBe() {
    assertThat(names(of(Set.of("us", "unsaid"), Set.of(), Set.of("eu-1")))).isEmpty();
    assertThat(names(of(Set.of(), Set.of(), Set.of("us-1")))).containsExactlyInAnyOrder("us", "both");
  }

  @Test
  void aProviderInSeveralRegionsIsToldWhichOnesAreLeft() {
    ProviderMetadata metadata = both.provider().metadata();
    assertThat(of(Set.of(), Set.of(), Set.of()).regionsFor(metadata)).isEmpty();
    assertThat(of(Set.of("both"), Set.of(), Set.of()).regionsFor(metadata)).isEmpty();
    assertThat(of(Set.of("region:eu-1"), Set.of(), Set.of()).regionsFor(metadata)).containsExactly("eu-1");
    assertThat(of(Set.of("both"), Set.of(), Set.of("us-1")).regionsFor(metadata)).containsExactly("us-1");
  }
}
