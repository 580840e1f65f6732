// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.routing.config.Secret;
import dev.sluice.routing.provider.local.LocalPlan;
import dev.sluice.routing.provider.local.LocalProvider;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.junit.jupiter.api.Test;

class ProviderCatalogTest {
  private static final ModelLimits LIMITS = new ModelLimits(1000, 10, 5, 4096);
  private static final ProviderContext CONTEXT =
      new ProviderContext(() -> 0, () -> Instant.EPOCH, new ScheduledThreadPoolExecutor(0), () -> {});
  private static final Pace PACE = new Pace(2000, 40, Duration.ofMinutes(1));

  private final LocalProvider first = provider("first", served("llama", "small"), served("qwen"));
  private final LocalProvider second = provider("second", served("qwen", "quick"), served("llama"));
  private final LocalProvider any = provider("any", served("*"));

  @Test
  void aModelIsServedInTheOrderConfigured() {
    ProviderCatalog catalog = ProviderCatalog.of(7, List.of(first, second));

    assertThat(servers(catalog, "llama")).containsExactly("llama", "first", "second");
    assertThat(servers(catalog, "qwen")).containsExactly("qwen", "first", "second");
    assertThat(catalog.version()).isEqualTo(7);
    assertThat(catalog.models()).extracting(Resolution.Served::model).containsExactly("llama", "qwen");
    assertThat(catalog.provider("second")).contains(second);
    assertThat(catalog.provider("third")).isEmpty();
  }

  @Test
  void anAliasLeadsToAllProvidersOfItsModel() {
    ProviderCatalog catalog = ProviderCatalog.of(1, List.of(first, second));

    assertThat(servers(catalog, "quick")).containsExactly("qwen", "first", "second");
    assertThat(servers(catalog, "small")).containsExactly("llama", "first", "second");
  }

  @Test
  void unknownModelsAreUnknownUnlessSomebodyServesAny() {
    assertThat(ProviderCatalog.of(1, List.of(first)).resolve("gpt")).isEqualTo(new Resolution.Unknown());
    assertThat(ProviderCatalog.of(1, List.of(first)).resolve("*")).isEqualTo(new Resolution.Unknown());

    ProviderCatalog catalog = ProviderCatalog.of(1, List.of(first, any));
    assertThat(servers(catalog, "gpt")).as("callers cannot make up pools").containsExactly("*", "any");
    assertThat(servers(catalog, "llama")).containsExactly("llama", "first");
  }

  @Test
  void theUpstreamNameIsTheConfiguredOneOrTheModelsOrTheCallers() {
    assertThat(served("llama").upstreamName("small")).isEqualTo("llama");
    assertThat(served("*").upstreamName("gpt")).isEqualTo("gpt");
    assertThat(new ServedModel("llama", Optional.of("meta/llama"), List.of(), LIMITS, PACE).upstreamName("small")).isEqualTo("meta/llama");
  }

  @Test
  void clashesAreRefused() {
    assertThatThrownBy(() -> ProviderCatalog.of(1, List.of(first, first))).hasMessageContaining("provider: first twice");
    assertThatThrownBy(() -> ProviderCatalog.of(1, List.of(provider("p", served("m"), served("m"))))).hasMessageContaining("model: m twice in p");
    assertThatThrownBy(() -> ProviderCatalog.of(1, List.of(provider("p", served("m", "n"), served("n"))))).hasMessageContaining("alias: n of m and n");
    assertThatThrownBy(() -> ProviderCatalog.of(1, List.of(provider("p", served("m", "x"), served("n", "x"))))).hasMessageContaining("alias: x");
  }

  @Test
  void pathsAreRewrittenFromTheVersionOn() {
    var target = new Target(Optional.empty(), Optional.of("/api/v3"), Map.of());

    assertThat(target.path("/v1/chat/completions")).isEqualTo("/api/v3/chat/completions");
    assertThat(target.path("/openai/v1/embeddings")).isEqualTo("/api/v3/embeddings");
    assertThat(target.path("/v10/x")).isEqualTo("/v10/x");
    assertThat(new Target(Optional.empty(), Optional.of(""), Map.of()).path("/v1/messages")).isEqualTo("/messages");
    assertThat(Target.UNCHANGED.path("/v1/messages")).isEqualTo("/v1/messages");
  }

  @Test
  void noSecretShows() {
    Secret secret = Secret.ofVariable(Map.of("K", "canary"), "K").orElseThrow();
    var provider =
        new LocalPlan(
            new ProviderMetadata("p", "local", Set.of()),
            List.of(served("m")),
            new Credentials.Header("authorization", "Bearer", secret),
            new Target(Optional.empty(), Optional.empty(), Map.of("x-key", "canary")),
            true,
            Optional.empty())
            .open(CONTEXT);
    ProviderCatalog catalog = ProviderCatalog.of(1, List.of(provider));

    assertThat(catalog.resolve("m").toString() + provider).doesNotContain("canary");
    assertThat(((Credentials.Header) provider.credentials()).value()).isEqualTo("Bearer canary");
    assertThat(new Credentials.Header("x-api-key", "", secret).value()).isEqualTo("canary");
  }

  @Test
  void thePaceIsNeverZeroNanoseconds() {
    assertThat(PACE.prefillNanosPerToken()).isEqualTo(500_000);
    assertThat(PACE.outputNanosPerToken()).isEqualTo(25_000_000);
    assertThat(new Pace(Long.MAX_VALUE, Long.MAX_VALUE, Duration.ofSeconds(1)).outputNanosPerToken()).isEqualTo(1);
  }

  private static List<String> servers(ProviderCatalog catalog, String requested) {
    var served = (Resolution.Served) catalog.resolve(requested);
    var names = new ArrayList<>(List.of(served.model()));
    served.servings().forEach(serving -> names.add(serving.provider().name()));
    return names;
  }

  private static LocalProvider provider(String name, ServedModel... models) {
    return new LocalPlan(new ProviderMetadata(name, "local", Set.of()), List.of(models), new Credentials.None(), Target.UNCHANGED, true, Optional.empty()).open(CONTEXT);
  }

  private static ServedModel served(String model, String... aliases) {
    return new ServedModel(model, Optional.empty(), List.of(aliases), LIMITS, PACE);
  }
}
