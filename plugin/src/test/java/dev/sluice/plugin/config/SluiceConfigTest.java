// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.plugin.context.ContextPolicy;
import dev.sluice.plugin.context.ContextTerms;
import dev.sluice.plugin.context.OutputPolicy;
import dev.sluice.plugin.context.Strategy;
import dev.sluice.plugin.context.Vocabulary;
import dev.sluice.plugin.hook.Proof;
import dev.sluice.plugin.hook.WebhookSettings;
import dev.sluice.plugin.config.SluiceConfig.LaneSettings;
import dev.sluice.routing.Terms;
import dev.sluice.routing.Traits;
import dev.sluice.plugin.health.HealthSettings;
import dev.sluice.routing.config.ConfigException;
import dev.sluice.routing.database.DatabaseSettings;
import dev.sluice.routing.provider.Credentials;
import dev.sluice.routing.provider.ModelLimits;
import dev.sluice.routing.provider.Pace;
import dev.sluice.routing.provider.Probe;
import dev.sluice.routing.provider.ServedModel;
import dev.sluice.routing.provider.Target;
import dev.sluice.routing.provider.local.LocalPlan;
import dev.sluice.routing.store.FailureBreaker;
import dev.sluice.routing.price.Price;
import dev.sluice.routing.quota.Quota;
import dev.sluice.routing.quota.QuotaAlert;
import dev.sluice.routing.quota.QuotaKind;
import dev.sluice.routing.quota.QuotaScope;
import dev.sluice.routing.quota.QuotaUnit;
import dev.sluice.routing.quota.QuotaWindow;
import dev.sluice.routing.rule.KeyPattern;
import dev.sluice.routing.rule.RoutingRule;
import dev.sluice.routing.trust.Claim;
import dev.sluice.routing.trust.Network;
import dev.sluice.routing.trust.TrustedNetworks;
import dev.sluice.routing.window.Amount;
import dev.sluice.routing.window.Recurrence;
import dev.sluice.routing.window.TimeWindow;
import dev.sluice.routing.window.WindowEffects;
import java.math.BigDecimal;
import dev.sluice.routing.store.StoreTimes;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SluiceConfigTest {
  private static final String CANARY = "canary-5Zq8";
  private static final long MIB = 1 << 20;

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void name() throws Exception {
    file = Files.createDirectory(folder.resolve("conf")).resolve("sluice.yaml");
  }

  /** Every key at another value than its default. */
  private static final String FULL =
      """
      runner:
        socket: /tmp/other.sock
        socket_mode: 0606
        socket_group: apisix
        event_loops: 3
        backlog: 512
        transport: nio
        conf_expire_time: 90m
        filters: [com.example.Filter, com.example.Other$Inner]
        filter_folder: filters
      scheduler:
        type: bucket
        shadow_policy: weighted
        priority_levels: 3
        default_priority: 2
        policy: strict
        weights: [9, 3, 1]
        lane_zero_share_percent: 55%
        starvation_timeout: 4s
        ageing_interval: 700ms
        refuse_while_waiting: false
        queue_timeout: 12s
        max_queue_depth: 70
        max_queue_bytes: 7MiB
        max_queue_depth_total: 210
        max_queue_bytes_total: 21MiB
        max_queue_depth_per_flow: 30
        displace: false
        default_output_tokens: 300
        learn_cost: false
        output_quantile: 65
        opaque_request_tokens: 2000
        service_tier: {priority: 0, flex: 2}
        lanes:
          - {level: 1, max_wait: 250ms, max_depth: 5, max_bytes: 64KiB, weight: 40}
        adaptive: {enabled: true, first_token_time: 3s, least_percent: 25}
        shared_capacity: {enabled: false, group: green, node: gateway-1, expected_nodes: 3, node_life: 2m}
        atleast:
          max_upgrade_distance: 3
          upgrade_quota_bucket_0: 6
          upgrade_quota_bucket_1: 7
          upgrade_quota_bucket_2: 8
          upgrade_quota_default: 9
          upgrade_quotas: {3: 1}
      bucket_scheduler:
        bucket_count: 4
        distribution_model: custom
        decay_ratio: 0.5
        custom_distribution: [8, 4, 2, 1]
        mode: hybrid
        soft_preemption: false
        max_upgrade_time: 30s
        tiers:
          - {tier: premium, environment: production, first_bucket: 0, last_bucket: 1, mode: strict}
          - {tier: spot, first_bucket: 3, last_bucket: 3}
      token_routing:
        keys_file: /etc/keys.yaml
        pepper_file: other/pepper
        pepper_env: MY_PEPPER
        fail_mode: fail_open
        fail_open_quota_limit: 7
        cache_size: 200
        cache_ttl: 20s
        negative_ttl: 3s
        redis_ttl: 90s
        snapshot_file: /var/lib/keys
        snapshot_refresh_interval: 5m
        snapshot_max_age: 2h
        previous_pepper_env: OLD_PEPPER
      stores:
        redis:
          url: rediss://10.0.0.1:6380/2
          password_env: R_PASSWORD
          deadline: 20ms
        postgresql:
          url: jdbc:postgresql://db/sluice
          user: someone
          password_file: secret
          pool_size: 3
          deadline: 100ms
          migrate: false
      provider:
        failover_order: [a]
        regions: [eu-1]
        choice: {by: score, value_of_time: 0.25}
        health:
          window: 30
          min_answers: 6
          failure_percent: 40%
          open: 2s
          max_open: 90s
          trials: 3
          slow_start: 20s
          slow_ratio: 4
          slow_after: 2s
          retry_after: 3s
          max_retry_after: 30s
          unhealthy_max_wait: 7s
        local:
          a:
            host: a.example.com:8443
            region: eu-1
            probe: {url: "http://127.0.0.1:9/health", interval: 20s, timeout: 2s, failures: 4}
            path_prefix: /api/v3
            headers: {X-Team: blue}
            request_stream_usage: true
            max_tokens_per_sec: 12000/s
            max_rps: 7
            max_concurrent: 9
            max_context_length: 32000
            prefill_tokens_per_sec: 4000
            output_tokens_per_sec: 60/s
            timeout: 2m
            credentials: {header: X-Api-Key, scheme: Key, env: A_KEY}
            models:
              - model: llama
                upstream_model: meta/llama
                aliases: [small, "gpt-4o"]
              - model: embed
                max_tokens_per_sec: 1
                max_rps: 2
                max_concurrent: 3
                max_context_length: 4
                prefill_tokens_per_sec: 5
                output_tokens_per_sec: 6
                timeout: 7s
          b:
            models: ["*"]
            credentials: {file: secret}
        hybrid:
          load_threshold: off
          return_threshold: 60%
          value_per_second: [5, 4, 3]
          return_percent: 40%
        marketplace:
          enabled: true
          offline_mode: true
          url: https://market.example.com
          key_file: secret
          consent_file: other/consent.json
          outbox_folder: other/outbox
          outbox_size: 500
          degradation_mode: cached
          upstreams: {"https://llm.example.com/api": supplier-a}
          regions: [eu-1]
          residency: [eu-1, eu-2]
          min_availability: 0.5
          quote_deadline: 300ms
          call_deadline: 2s
          max_retries: 1
          refresh_interval: 2m
          cache_ttl: 10m
          stale_limit: 2h
          circuit_breaker_threshold: 4
          circuit_breaker_timeout: 31s
          circuit_breaker_half_open_max: 2
          request_stream_usage: true
          models:
            - model: llama
              market_model: llama-large
              max_input_price: 0.3
              max_output_price: 0.9
      quotas:
        reservation_ttl: 20m
        alert_webhook: https://alerts.example.com/canary-5Zq8-w
        limits:
          acme:
            scope: organisation
            subject: acme
            kind: soft
            unit: money
            amount: 1234.5
            calendar: week
            time_zone: Europe/Berlin
            reset_day: 5
            alert_percents: [50]
            alert_webhook: http://127.0.0.1:9/canary-5Zq8-w
          acme-batch:
            scope: account
            subject: batch
            kind: reserved
            unit: money
            amount: 100
            parent: acme
            calendar: week
            time_zone: Europe/Berlin
            reset_day: 5
      prices:
        currency: EUR
        models:
          - {model: llama, provider: a, input: 0.15, cached: 0.075, output: 0.6}
          - {model: "*", input: 1, output: 2}
      protection:
        max_body_bytes: 1MiB
        max_json_depth: 64
        image_tokens: 85
        context:
          max_context_length: 100000
          strategy: truncate_middle
          reserve_tokens: 500
          max_output: clamp
          max_output_tokens: 8000
          tokenizer: cl100k_base
          margin_percent: 3%
          count_deadline: 1s
          models:
            - {model: "gpt-4*", levels: [1, 2], max_context_length: 9000, strategy: custom, reserve_tokens: 5, max_output: refuse, max_output_tokens: 70, tokenizer: o200k_base, margin_percent: 4}
            - {model: llama}
          webhook: {url: "https://fit.example.com/canary-5Zq8-w", deadline: 3s, authentication: bearer, secret_file: secret, max_answer_bytes: 1MiB, max_concurrent: 4}
        hook: {url: "http://127.0.0.1:9/canary-5Zq8-w", deadline: 1s, authentication: bearer, secret_env: E_SECRET, max_answer_bytes: 64KiB, max_concurrent: 5, fail_mode: fail_open}
      observability:
        log_file: /var/log/sluice.log
        log_level: debug
        decision_records: 500
        decision_file: decisions.jsonl
        decision_file_bytes: 3MiB
      events:
        listen: "[::1]:7001"
        secret_env: E_SECRET
        max_body_bytes: 2MiB
      admin:
        listen: 0.0.0.0:7002
        key_file: secret
        keys:
          - {name: ann, file: secret}
      """;

  private static final Map<String, String> SECRETS = Map.of("A_KEY", CANARY + "-a", "E_SECRET", CANARY + "-e", "R_PASSWORD", CANARY + "-r", "OLD_PEPPER", "22".repeat(32));

  @Test
  void anEmptyFileMeansTheDefaults() throws Exception {
    SluiceConfig config = load("", Map.of());

    var lanes = config.scheduler().lanes();
    assertThat(lanes).extracting(LaneSettings::weight).containsExactly(16, 8, 4, 2, 1);
    assertThat(lanes)
        .allSatisfy(lane -> assertThat(lane).isEqualTo(new LaneSettings(lane.weight(), Duration.ofSeconds(30), 1000, 64 * MIB)));
    assertThat(config)
        .isEqualTo(
            new SluiceConfig(
                new SluiceConfig.RunnerSettings(
                    Path.of("/run/sluice/runner.sock"),
                    PosixFilePermissions.fromString("rw-rw----"),
                    Optional.empty(),
                    2,
                    16384,
                    TransportKind.AUTO,
                    Duration.ofHours(1),
                    List.of(),
                    Optional.empty()),
                new SluiceConfig.SchedulerSettings(
                    PolicyKind.HYBRID,
                    lanes,
                    2,
                    80,
                    0,
                    Optional.empty(),
                    Optional.empty(),
                    true,
                    new SluiceConfig.QueueSettings(5000, 256 * MIB, 500),
                    true,
                    new SluiceConfig.CostSettings(true, 80, 256),
                    1000,
                    Map.of(),
                    Optional.empty(),
                    ShadowPolicy.OFF,
                    Optional.empty(),
                    new SluiceConfig.SharingSettings(true, "default", Optional.empty(), 1, Duration.ofSeconds(90))),
                new SluiceConfig.KeySettings(
                    folder.resolve("conf/keys.yaml"), folder.resolve("conf/pepper"), "SLUICE_PEPPER"),
                SluiceConfig.SenderSettings.NONE,
                new StoreSettings(
                    Optional.empty(),
                    Optional.empty(),
                    true,
                    StoreTimes.DEFAULT,
                    Duration.ofMinutes(5),
                    folder.resolve("data/keys.snapshot"),
                    FailMode.FAIL_CLOSE,
                    100,
                    Optional.empty()),
                List.of(),
                config.spill(),
                new SluiceConfig.ProvidingSettings(
                    new SluiceConfig.ChoiceSettings(false, 0),
                    Set.of(),
                    new HealthSettings(
                        new FailureBreaker.Settings(20, 5, 50, Duration.ofSeconds(5), Duration.ofSeconds(60), 2),
                        Duration.ofSeconds(10),
                        3,
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(5))),
                new SluiceConfig.QuotaSettings(Duration.ofMinutes(15), Optional.empty(), List.of()),
                config.prices(),
                new SluiceConfig.ProtectionSettings(
                    8 * MIB,
                    512,
                    1000,
                    new SluiceConfig.ContextSettings(
                        new ContextPolicy(
                            List.of(),
                            new ContextTerms(
                                OptionalLong.empty(), Strategy.REJECT, 1024, OutputPolicy.REFUSE, OptionalLong.empty(), new ContextTerms.Counting(Vocabulary.AUTO, 0))),
                        Duration.ofSeconds(2),
                        Optional.empty()),
                    Optional.empty()),
                new SluiceConfig.ObservabilitySettings(folder.resolve("logs/sluice.log"), LogLevel.INFO, 0, Optional.empty(), 256 * MIB),
                new SluiceConfig.EventsSettings(InetSocketAddress.createUnresolved("127.0.0.1", 9093), config.events().secret(), 32 * MIB),
                new SluiceConfig.AdminSettings(InetSocketAddress.createUnresolved("127.0.0.1", 9092), List.of())));
  }

  @Test
  void everyKeyIsMapped() throws Exception {
    Files.writeString(folder.resolve("secret"), CANARY + "-f\n");
    SluiceConfig config = load(FULL, SECRETS);

    assertThat(config.runner())
        .isEqualTo(
            new SluiceConfig.RunnerSettings(
                Path.of("/tmp/other.sock"),
                PosixFilePermissions.fromString("rw----rw-"),
                Optional.of("apisix"),
                3,
                512,
                TransportKind.NIO,
                Duration.ofMinutes(90),
                List.of("com.example.Filter", "com.example.Other$Inner"),
                Optional.of(folder.resolve("filters"))));
    assertThat(config.scheduler())
        .isEqualTo(
            new SluiceConfig.SchedulerSettings(
                PolicyKind.STRICT,
                List.of(
                    new LaneSettings(9, Duration.ofSeconds(12), 70, 7 * MIB),
                    new LaneSettings(40, Duration.ofMillis(250), 5, 65_536),
                    new LaneSettings(1, Duration.ofSeconds(12), 70, 7 * MIB)),
                2,
                55,
                0,
                Optional.of(Duration.ofSeconds(4)),
                Optional.of(Duration.ofMillis(700)),
                false,
                new SluiceConfig.QueueSettings(210, 21 * MIB, 30),
                false,
                new SluiceConfig.CostSettings(false, 65, 300),
                2000,
                Map.of("priority", 0, "flex", 2),
                config.scheduler().buckets(),
                ShadowPolicy.WEIGHTED,
                Optional.of(new SluiceConfig.AdaptiveSettings(Duration.ofSeconds(3), 25)),
                new SluiceConfig.SharingSettings(false, "green", Optional.of("gateway-1"), 3, Duration.ofMinutes(2))));
    assertThat(config.tokenRouting())
        .isEqualTo(
            new SluiceConfig.KeySettings(Path.of("/etc/keys.yaml"), folder.resolve("other/pepper"), "MY_PEPPER"));
    StoreSettings stores = config.stores();
    assertThat(stores)
        .isEqualTo(
            new StoreSettings(
                Optional.of(new StoreSettings.RedisSettings("rediss://10.0.0.1:6380/2", stores.redis().orElseThrow().password(), Duration.ofMillis(20))),
                Optional.of(
                    new DatabaseSettings(
                        "jdbc:postgresql://db/sluice", Optional.of("someone"), stores.postgresql().orElseThrow().password(), 3, Duration.ofMillis(100))),
                false,
                new StoreTimes(200, Duration.ofSeconds(20), Duration.ofSeconds(3), Duration.ofHours(2), Duration.ofMinutes(5)),
                Duration.ofSeconds(90),
                Path.of("/var/lib/keys"),
                FailMode.FAIL_OPEN,
                7,
                stores.previousPepper()));
    assertThat(stores.redis().orElseThrow().password().orElseThrow().reveal()).isEqualTo(CANARY + "-r");
    assertThat(stores.postgresql().orElseThrow().password().orElseThrow().reveal()).isEqualTo(CANARY + "-f");
    assertThat(stores.previousPepper().orElseThrow().reveal()).isEqualTo("22".repeat(32));
    assertThat(config.protection().maxBodyBytes()).isEqualTo(MIB);
    assertThat(config.protection().maxJsonDepth()).isEqualTo(64);
    assertThat(config.protection().imageTokens()).isEqualTo(85);
    assertThat(config.observability())
        .isEqualTo(new SluiceConfig.ObservabilitySettings(Path.of("/var/log/sluice.log"), LogLevel.DEBUG, 500, Optional.of(folder.resolve("decisions.jsonl")), 3 * MIB));
    assertThat(config.events().listen()).isEqualTo(InetSocketAddress.createUnresolved("::1", 7001));
    assertThat(config.events().secret().orElseThrow().reveal()).isEqualTo(CANARY + "-e");
    assertThat(config.events().maxBodyBytes()).isEqualTo(2 * MIB);
    assertThat(config.admin().listen()).isEqualTo(InetSocketAddress.createUnresolved("0.0.0.0", 7002));
    assertThat(config.admin().keys()).extracting(key -> key.name() + " " + key.role() + " " + key.key().reveal())
        .containsExactly("admin WRITE " + CANARY + "-f", "ann READ " + CANARY + "-f");
  }

  @Test
  void theContextGuardIsMapped() throws Exception {
    Files.writeString(folder.resolve("secret"), "f");
    SluiceConfig.ProtectionSettings protection = load(FULL, SECRETS).protection();

    ContextTerms usual =
        new ContextTerms(
            OptionalLong.of(100_000), Strategy.TRUNCATE_MIDDLE, 500, OutputPolicy.CLAMP, OptionalLong.of(8000), new ContextTerms.Counting(Vocabulary.CL100K_BASE, 3));
    ContextTerms own =
        new ContextTerms(OptionalLong.of(9000), Strategy.CUSTOM, 5, OutputPolicy.REFUSE, OptionalLong.of(70), new ContextTerms.Counting(Vocabulary.O200K_BASE, 4));
    assertThat(protection.context().policy())
        .isEqualTo(
            new ContextPolicy(
                List.of(new ContextPolicy.Rule("gpt-4*", Set.of(1, 2), own), new ContextPolicy.Rule("llama", Set.of(), usual)), usual));
    assertThat(protection.context().countDeadline()).isEqualTo(Duration.ofSeconds(1));
    WebhookSettings fitting = protection.context().fitting().orElseThrow();
    assertThat(fitting.address()).hasHost("fit.example.com");
    assertThat(fitting.deadline()).isEqualTo(Duration.ofSeconds(3));
    assertThat(fitting.maxAnswerBytes()).isEqualTo((int) MIB);
    assertThat(fitting.maxConcurrent()).isEqualTo(4);
    assertThat(fitting.proof().orElseThrow()).isInstanceOf(Proof.Bearer.class);
    SluiceConfig.HookSettings hook = protection.hook().orElseThrow();
    assertThat(hook.failMode()).isEqualTo(FailMode.FAIL_OPEN);
    assertThat(hook.webhook().maxAnswerBytes()).isEqualTo(64 << 10);
    assertThat(hook.webhook().maxConcurrent()).isEqualTo(5);
    assertThat(hook.webhook().proof().orElseThrow()).isInstanceOf(Proof.Bearer.class);
    assertThat(hook.toString() + fitting).doesNotContain("canary");
    var plain = load("protection: {hook: {url: 'http://127.0.0.1:9/', secret_env: E_SECRET}}", SECRETS).protection().hook().orElseThrow();
    assertThat(plain.webhook().proof().orElseThrow()).isInstanceOf(Proof.Signature.class);
    assertThat(plain.failMode()).isEqualTo(FailMode.FAIL_CLOSE);
  }

  @Test
  void bucketsAreMapped() throws Exception {
    Files.writeString(folder.resolve("secret"), "s");
    SluiceConfig config = load(FULL, SECRETS);

    assertThat(config.scheduler().buckets())
        .contains(
            new BucketSettings(
                List.of(8.0, 4.0, 2.0, 1.0),
                List.of(true, true, false, false),
                3,
                List.of(6, 7, 8, 1),
                false,
                Duration.ofSeconds(30),
                new LaneSettings(1, Duration.ofSeconds(12), 70, 7 * MIB),
                List.of(
                    new BucketSettings.TierBuckets(Optional.of("premium"), Optional.of("production"), 0, 1),
                    new BucketSettings.TierBuckets(Optional.of("spot"), Optional.empty(), 3, 3))));
  }

  @Test
  void manyBucketsAreWarnedOf() throws Exception {
    for (int count : new int[] {20, 21, 51}) {
      SluiceConfig config = load("scheduler: {type: bucket}\nbucket_scheduler: {bucket_count: " + count + "}", Map.of());
      BucketSettings buckets = config.scheduler().buckets().orElseThrow();
      assertThat(buckets.upgradeQuotas().subList(0, 5)).containsExactly(2, 5, 10, 20, 20);
      assertThat(buckets.warnings()).hasSize(count > 20 ? 1 : 0);
      assertThat(String.join("", buckets.warnings()).contains("experiments")).isEqualTo(count > 50);
    }
  }

  @Test
  void providersAreMappedAndModelsInheritWhatTheyDoNotSay() throws Exception {
    Files.writeString(folder.resolve("secret"), CANARY + "-f\n");
    List<LocalPlan> providers = load(FULL, SECRETS).providers().stream().filter(LocalPlan.class::isInstance).map(LocalPlan.class::cast).toList();

    assertThat(providers).extracting(plan -> plan.metadata().name()).containsExactly("a", "b");
    LocalPlan a = providers.getFirst();
    assertThat(a.target()).isEqualTo(new Target(Optional.of("a.example.com:8443"), Optional.of("/api/v3"), Map.of("x-team", "blue")));
    assertThat(a.requestStreamUsage()).isTrue();
    assertThat(a.credentials())
        .isInstanceOfSatisfying(
            Credentials.Header.class,
            header -> {
              assertThat(header.name()).isEqualTo("x-api-key");
              assertThat(header.value()).isEqualTo("Key " + CANARY + "-a");
            });
    assertThat(a.models())
        .containsExactly(
            new ServedModel(
                "llama",
                Optional.of("meta/llama"),
                List.of("small", "gpt-4o"),
                new ModelLimits(12_000, 7, 9, 32_000),
                new Pace(4000, 60, Duration.ofMinutes(2))),
            new ServedModel(
                "embed",
                Optional.empty(),
                List.of(),
                new ModelLimits(1, 2, 3, 4),
                new Pace(5, 6, Duration.ofSeconds(7))));
    assertThat(a.metadata().regions()).containsExactly("eu-1");
    assertThat(a.probe()).contains(new Probe(URI.create("http://127.0.0.1:9/health"), Duration.ofSeconds(20), Duration.ofSeconds(2), 4));
    assertThat(load(FULL, SECRETS).providing().choice()).isEqualTo(new SluiceConfig.ChoiceSettings(true, 0.25));
    assertThat(load(FULL, SECRETS).providing().regions()).containsExactly("eu-1");
    assertThat(load(FULL, SECRETS).providing().health())
        .isEqualTo(
            new HealthSettings(
                new FailureBreaker.Settings(30, 6, 40, Duration.ofSeconds(2), Duration.ofSeconds(90), 3),
                Duration.ofSeconds(20),
                4,
                Duration.ofSeconds(2),
                Duration.ofSeconds(3),
                Duration.ofSeconds(30),
                Duration.ofSeconds(7)));
    LocalPlan b = providers.getLast();
    assertThat(b.requestStreamUsage()).isFalse();
    assertThat(b.target()).isEqualTo(Target.UNCHANGED);
    assertThat(b.models().getFirst().limits()).isEqualTo(new ModelLimits(10_000, 100, 50, 128_000));
    assertThat(b.models().getFirst().pace()).isEqualTo(new Pace(5000, 30, Duration.ofMinutes(10)));
    assertThat(((Credentials.Header) b.credentials()).value()).isEqualTo("Bearer " + CANARY + "-f");
  }

  @Test
  void rulesNetworksAndWindowsAreMapped() throws Exception {
    SluiceConfig.SenderSettings senders =
        load(
                """
                rules:
                  - {id: r, priority_order: 7, match_organisation: o, match_team: t, match_environment: e, match_tier: i, match_account_type: a,
                     match_workload_tag: w, match_key: k-, match_key_kind: prefix, level: 1, weight: 2.5, tokens_per_second: 30/s,
                     requests_per_second: 4, max_depth: 5, max_wait: 6s, quota_multiplier: 0.5, description: d}
                  - {id: off, enabled: false}
                trusted_networks:
                  - {network: "fd00::/8", believe: [account, priority]}
                time_windows:
                  - {id: w, start: "22:00", end: "06:00", days: [friday], time_zone: Europe/Berlin, match_tier: i, level_delta: -1, quota_multiplier: 2,
                     weights: [5, 4, 3, 2, 1], providers: [p], models: [m], max_tokens_per_sec: 50%, max_rps: 7, max_concurrent: 9}
                  - {id: off, start: "22:00", end: "06:00", level_delta: 1, enabled: false}
                """,
                Map.of())
            .senders();

    Optional<String> none = Optional.empty();
    assertThat(senders.rules())
        .containsExactly(
            new RoutingRule(
                "r",
                7,
                new Traits(Optional.of("o"), Optional.of("t"), Optional.of("e"), Optional.of("i"), Optional.of("a"), Optional.of("w")),
                Optional.of(KeyPattern.of(KeyPattern.Kind.PREFIX, "k-")),
                new Terms(
                    OptionalInt.of(1),
                    OptionalDouble.of(2.5),
                    OptionalLong.of(30),
                    OptionalInt.of(4),
                    OptionalInt.of(5),
                    Optional.of(Duration.ofSeconds(6)),
                    Optional.of(new BigDecimal("0.5")))));
    assertThat(senders.trusted().grants())
        .containsExactly(new TrustedNetworks.Grant(Network.parse("fd00::/8").orElseThrow(), Set.of(Claim.ACCOUNT, Claim.PRIORITY)));
    assertThat(senders.windows())
        .containsExactly(
            new TimeWindow(
                "w",
                new Recurrence(ZoneId.of("Europe/Berlin"), Set.of(DayOfWeek.FRIDAY), 22 * 60, 6 * 60),
                new WindowEffects(
                    new Traits(none, none, none, Optional.of("i"), none, none),
                    OptionalInt.of(-1),
                    Optional.of(new BigDecimal("2")),
                    List.of(5, 4, 3, 2, 1),
                    new WindowEffects.Capacity(
                        Set.of("p"), Set.of("m"), Optional.of(new Amount.Percent(50)), Optional.of(new Amount.Absolute(7)), Optional.of(new Amount.Absolute(9))))));
  }

  @Test
  void quotasAndPricesAreMapped() throws Exception {
    Files.writeString(folder.resolve("secret"), CANARY + "-f\n");
    SluiceConfig config = load(FULL, SECRETS);

    assertThat(config.quotas().reservationTtl()).isEqualTo(Duration.ofMinutes(20));
    assertThat(config.quotas().alertWebhook().orElseThrow().uri()).hasHost("alerts.example.com");
    var week = new QuotaWindow(QuotaWindow.Calendar.WEEK, ZoneId.of("Europe/Berlin"), 5);
    assertThat(config.quotas().limits())
        .containsExactly(
            new Quota(
                "acme",
                QuotaScope.ORGANISATION,
                "acme",
                QuotaKind.SOFT,
                QuotaUnit.MONEY,
                new BigDecimal("1234.5"),
                week,
                Optional.empty(),
                new QuotaAlert(List.of(50), Optional.of(URI.create("http://127.0.0.1:9/" + CANARY + "-w")))),
            new Quota("acme-batch", QuotaScope.ACCOUNT, "batch", QuotaKind.RESERVED, QuotaUnit.MONEY, new BigDecimal("100"), week, Optional.of("acme"), QuotaAlert.DEFAULT));
    assertThat(config.prices().currency()).isEqualTo("EUR");
    assertThat(config.prices().price("a", "llama")).isEqualTo(new Price(new BigDecimal("0.15"), new BigDecimal("0.075"), new BigDecimal("0.6")));
    assertThat(config.prices().price("b", "llama")).isEqualTo(new Price(BigDecimal.ONE, BigDecimal.ONE, BigDecimal.TWO));
  }

  @Test
  void headroomIsReadWithoutBuckets() throws Exception {
    assertThat(loaded("scheduler: {lane_zero_headroom_percent: 15%}", Map.of()).config().scheduler().laneZeroHeadroomPercent()).isEqualTo(15);
  }

  @Test
  void theFullFileLeavesNoKeyAtItsDefault() throws Exception {
    Files.writeString(folder.resolve("secret"), "s");
    var full = EffectiveConfig.flatten(loaded(FULL, SECRETS).values());
    var defaults = EffectiveConfig.flatten(loaded("", Map.of()).values());
    var same = new TreeSet<String>();
    defaults.forEach(
        (path, setting) -> {
          if (setting.equals(full.get(path))) {
            same.add(path);
          }
        });

    assertThat(same).as("all but what does not go with buckets").containsExactly("scheduler.lane_zero_headroom_percent");
    assertThat(EffectiveConfig.variables()).hasSizeGreaterThan(35);
  }

  @Test
  void theEffectiveConfigurationReadsBackAsTheSame() throws Exception {
    Files.writeString(folder.resolve("secret"), "s");
    LoadedConfig first = loaded(FULL, SECRETS);
    String effective = first.effective();
    assertThat(effective).contains("env: '***'", "key_file: '***'");

    String again = effective.replace("env: '***'", "env: A_KEY").replace("file: '***'", "file: secret")
        .replace("headers: '***'", "headers: {x-team: blue}").replace("pepper_env: A_KEY", "pepper_env: MY_PEPPER").replace("secret_env: A_KEY", "secret_env: E_SECRET")
            .replaceFirst("alert_webhook: '\\*\\*\\*'", "alert_webhook: https://alerts.example.com/" + CANARY + "-w")
            .replaceFirst("alert_webhook: '\\*\\*\\*'", "alert_webhook: http://127.0.0.1:9/" + CANARY + "-w")
            .replaceFirst("\\burl: '\\*\\*\\*'", "url: https://fit.example.com/" + CANARY + "-w")
            .replaceFirst("\\burl: '\\*\\*\\*'", "url: http://127.0.0.1:9/" + CANARY + "-w")
        .replace("previous_pepper_env: MY_PEPPER", "previous_pepper_env: OLD_PEPPER").replace("password_env: A_KEY", "password_env: R_PASSWORD");
    assertThat(EffectiveConfig.flatten(loaded(again, SECRETS).values()))
        .isEqualTo(EffectiveConfig.flatten(first.values()));
  }

  @Test
  void noSecretShowsAnywhere() throws Exception {
    Files.writeString(folder.resolve("secret"), CANARY + "-f\n");
    LoadedConfig loaded = loaded(FULL.replace("blue", CANARY + "-h"), SECRETS);

    assertThat(loaded.config().toString()).doesNotContain(CANARY);
    assertThat(loaded.effective()).doesNotContain(CANARY);
    assertThat(loaded.toString()).doesNotContain(CANARY);
    assertThat(EffectiveConfig.flatten(loaded.values()).toString()).doesNotContain(CANARY);
  }

  @Test
  void noProblemRepeatsAMisplacedSecret() {
    String bad =
        """
        provider:
          local:
            a:
              models: [m]
              headers: {authorization: "%1$s\\u0001"}
              credentials:
                env: %1$s
                file: /none/%1$s
                key: %1$s
              api_key: %1$s
        credentials: %1$s
        events: {secret_env: %1$s}
        admin: %1$s
        token_routing: {pepper_env: %1$s}
        scheduler: *%1$s
        """
            .formatted(CANARY);
    for (String text : List.of(bad, bad.replace("scheduler: *" + CANARY, ""))) {
      assertThatThrownBy(() -> load(text, Map.of())).isInstanceOf(ConfigException.class).message().doesNotContain(CANARY);
    }
  }

  @Test
  void theEnvironmentWinsOverTheFile() throws Exception {
    var environment =
        Map.of(
            "SLUICE_SCHEDULER_QUEUE_TIMEOUT", "9s",
            "SLUICE_SCHEDULER_PRIORITY_LEVELS", "3",
            "SLUICE_SCHEDULER_WEIGHTS", "5, 3,1",
            "SLUICE_SCHEDULER_SERVICE_TIER", "flex=2,priority=0",
            "SLUICE_RUNNER_FILTERS", "",
            "SLUICE_EVENTS_SERVICE_PORT", "tcp://10.0.0.1:9093");
    SluiceConfig config = load("scheduler: {queue_timeout: 20s, weights: [1, 2]}\nrunner: {filters: [a.B]}\n", environment);

    assertThat(config.scheduler().lanes()).extracting(LaneSettings::weight).containsExactly(5, 3, 1);
    assertThat(config.scheduler().lanes()).extracting(LaneSettings::maxWait).containsOnly(Duration.ofSeconds(9));
    assertThat(config.scheduler().serviceTier()).isEqualTo(Map.of("flex", 2, "priority", 0));
    assertThat(config.runner().filters()).isEmpty();
  }

  @Test
  void aFaultyVariableIsNamed() {
    assertThatThrownBy(
            () -> load("", Map.of("SLUICE_SCHEDULER_QUEUE_TIMEOUT", "60s", "SLUICE_SCHEDULER_QUEUE_TIMEOT", "5s", "SLUICE_SCHEDULER_SERVICE_TIER", "flex")))
        .hasMessage(
            """
            SLUICE_SCHEDULER_QUEUE_TIMEOUT: scheduler.queue_timeout: 60s (expected: a duration from 0s to 50s, such as 5s or 250ms)
            SLUICE_SCHEDULER_SERVICE_TIER: scheduler.service_tier.flex: no value (expected: a whole number from 0 to 19)
            SLUICE_SCHEDULER_QUEUE_TIMEOT: unknown key (expected: a name from the configuration reference; did you mean SLUICE_SCHEDULER_QUEUE_TIMEOUT?)""");
  }

  @Test
  void whatApisixSaysAtTheStartWins() throws Exception {
    var environment =
        Map.of("APISIX_LISTEN_ADDRESS", "unix:/run/apisix.sock", "APISIX_CONF_EXPIRE_TIME", "1200", "SLUICE_RUNNER_SOCKET", "/other");
    var runner = load("runner: {socket: /file}\n", environment).runner();

    assertThat(runner.socket()).isEqualTo(Path.of("/run/apisix.sock"));
    assertThat(runner.confExpireTime()).isEqualTo(Duration.ofMinutes(20));
    assertThatThrownBy(() -> load("", Map.of("APISIX_LISTEN_ADDRESS", "/run/x", "APISIX_CONF_EXPIRE_TIME", "1h")))
        .hasMessageContaining("APISIX_LISTEN_ADDRESS: /run/x (expected: unix: and a path)")
        .hasMessageContaining("APISIX_CONF_EXPIRE_TIME: 1h (expected: whole seconds, at least 1)");
  }

  @Test
  void generatedWeightsDoubleAndAreCapped() throws Exception {
    assertThat(load("scheduler: {priority_levels: 2}", Map.of()).scheduler().lanes()).extracting(LaneSettings::weight).containsExactly(2, 1);
    assertThat(load("scheduler: {priority_levels: 20}", Map.of()).scheduler().lanes())
        .extracting(LaneSettings::weight)
        .startsWith(1024, 1024)
        .endsWith(1024, 512, 256, 128, 64, 32, 16, 8, 4, 2, 1);
  }

  private SluiceConfig load(String text, Map<String, String> environment) throws Exception {
    return loaded(text, environment).config();
  }

  private LoadedConfig loaded(String text, Map<String, String> environment) throws Exception {
    // The one thing without a default; tests that are about it write it themselves.
    Files.writeString(file, text.contains("events:") ? text : text + "\nevents: {secret_file: events-secret}\n");
    Files.writeString(folder.resolve("events-secret"), CANARY + "-e\n");
    return new ConfigLoader(file, environment).load();
  }
}
