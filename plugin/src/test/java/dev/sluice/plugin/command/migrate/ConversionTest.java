// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.command.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.plugin.config.ConfigLoader;
import dev.sluice.plugin.config.FailMode;
import dev.sluice.plugin.config.PolicyKind;
import dev.sluice.plugin.config.SluiceConfig;
import dev.sluice.routing.provider.ModelLimits;
import dev.sluice.routing.quota.Quota;
import dev.sluice.routing.quota.QuotaKind;
import dev.sluice.routing.servers.PostgresServer;
import dev.sluice.routing.window.InForce;
import dev.sluice.routing.window.WindowPlan;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConversionTest {
  @TempDir private Path folder;

  private SluiceConfig loaded(Conversion.Result result) throws Exception {
    assertThat(result.refusals()).isEmpty();
    Path file = Files.writeString(folder.resolve("sluice.yaml"), result.yaml());
    return new ConfigLoader(file, Map.of("SLUICE_EVENTS_SECRET", "e", "SLUICE_REDIS_PASSWORD", "r", "SLUICE_PG_PASSWORD", "p")).load().config();
  }

  private static Conversion.Result convert(String ini) {
    return Conversion.of(OldSettings.read(ini), OldDatabase.NONE);
  }

  @Test
  void aFirstVersionIsCarriedOver() throws Exception {
    Conversion.Result result =
        convert(
            """
            [scheduler]
            scheduler_enabled = true
            scheduler_priority_levels=4
            scheduler_default_priority=3
            scheduler_policy=wfq
            scheduler_weights=8,4,2,1
            scheduler_max_queue_depth=300
            scheduler_queue_timeout_sec=120
            scheduler_max_tokens_per_sec=12000   # per second
            scheduler_max_rps=0
            scheduler_max_concurrent=7
            api_key_priority_enabled=true
            time_rules_enabled=true
            """);
    SluiceConfig config = loaded(result);

    assertThat(config.scheduler().lanes()).hasSize(4).extracting(SluiceConfig.LaneSettings::weight).containsExactly(8, 4, 2, 1);
    assertThat(config.scheduler().defaultPriority()).isEqualTo(3);
    assertThat(config.scheduler().policy()).isEqualTo(PolicyKind.WEIGHTED);
    assertThat(config.scheduler().lanes().getFirst().maxWait()).hasSeconds(50);
    ModelLimits limits = config.providers().getFirst().models().getFirst().limits();
    assertThat(limits.tokensPerSecond()).isEqualTo(12000);
    assertThat(limits.maxConcurrent()).isEqualTo(7);
    assertThat(String.join("\n", result.notes()))
        .contains("scheduler_max_tokens_per_sec: has a comment", "50s is written", "0 meant no limit", "api_key_priority_enabled: true", "time_rules_enabled: the rules of its file");
  }

  @Test
  void aSecondVersionIsCarriedOverWithItsGuessesNamed() throws Exception {
    Conversion.Result result =
        convert("[scheduler]\ntype=bucket\n[bucket_scheduler]\nbucket_count=100\n[provider.local]\nmodels=llama-3, gpt-4o\nmax_rps=1000\n[provider.marketplace]\nenabled=true\n");
    SluiceConfig config = loaded(result);

    assertThat(config.providers().getFirst().models()).extracting(model -> model.model()).containsExactly("llama-3", "gpt-4o");
    assertThat(config.providers().getFirst().models().getFirst().limits().tokensPerSecond()).isEqualTo(100_000);
    assertThat(config.scheduler().lanes()).hasSize(10);
    assertThat(String.join("\n", result.notes()))
        .contains("bucket_count: 100 was the old default", "a guess", "provider.marketplace.enabled: not carried over", "10 is written, the old default", "5 is written");
  }

  private static String resource(String name) throws Exception {
    return Files.readString(Path.of("src/test/resources/older", name));
  }

  @Test
  void aFilledFileOfTheFirstVersionComesWithItsTimeRules() throws Exception {
    OldSettings old = OldSettings.read(resource("v1-scheduler.ini")).and(OldSettings.read(resource("v1-time-rules.ini")));
    Conversion.Result result = Conversion.of(old, OldDatabase.NONE);
    SluiceConfig config = loaded(result);

    assertThat(config.scheduler().lanes()).hasSize(10);
    // On a Tuesday in Singapore.
    InForce day = new WindowPlan(Optional.empty(), config.senders().windows()).at(Instant.parse("2026-11-24T02:00:00Z"));
    InForce night = new WindowPlan(Optional.empty(), config.senders().windows()).at(Instant.parse("2026-11-24T12:00:00Z"));
    assertThat(day.active()).containsExactly("weights.daytime");
    assertThat(day.weights(10).orElseThrow()).startsWith(256, 128, 64);
    assertThat(night.active()).containsExactly("capacity.nighttime");
    assertThat(new WindowPlan(Optional.empty(), config.senders().windows()).at(Instant.parse("2026-11-28T12:00:00Z")).active()).as("the weekend's rule is off").isEmpty();
    assertThat(result.yaml()).contains("max_tokens_per_sec: 20000", "max_concurrent: 150", "end: '24:00'", "time_zone: Europe/Berlin", "enabled: false");
    assertThat(String.join("\n", result.notes()))
        .contains(
            "a window ends when its time does", "rule.capacity.nighttime.max_rps: 0 meant no limit", "23:59 left a gap", "quota.dept-a-*: not carried over", "rule.quota.daytime: left out",
            "days_of_week: 1-5; numbers are read as days from Sunday", "for each model of each provider here", "scheduler_max_tokens_per_sec: has a comment", "account_quota_enabled: true",
            "check_interval_sec: not needed");
  }

  @Test
  void aFilledFileOfTheSecondVersionComesWithItsStores() throws Exception {
    Conversion.Result result = convert(resource("v2-gateway.ini"));
    SluiceConfig config = loaded(result);

    assertThat(config.scheduler().buckets()).isPresent();
    assertThat(config.stores().redis().orElseThrow().url()).isEqualTo("redis://10.0.0.5:6379");
    assertThat(config.stores().postgresql().orElseThrow().url()).isEqualTo("jdbc:postgresql://db.internal:5432/tokligence?sslmode=require");
    assertThat(config.stores().postgresql().orElseThrow().user()).contains("gateway");
    assertThat(config.stores().failMode()).isEqualTo(FailMode.FAIL_CLOSE);
    assertThat(config.stores().redisTime()).hasMinutes(5);
    assertThat(config.stores().times().snapshotRefresh()).hasHours(1);
    assertThat(config.senders().trusted().grants()).hasSize(2);
    assertThat(config.senders().rules()).extracting(rule -> rule.terms().level().orElseThrow()).containsExactlyInAnyOrder(0, 1, 3, 4);
    assertThat(config.quotas().alertWebhook()).isPresent();
    assertThat(config.providers().getFirst().models()).extracting(model -> model.limits().tokensPerSecond()).containsExactly(100_000L, 4_000L);
    assertThat(result.yaml()).contains("bucket_count: 10", "max_upgrade_distance: 3", "upgrade_quota_bucket_0: 2").doesNotContain("s3cret", "hunter2");
    assertThat(String.join("\n", result.notes()))
        .contains("bucket_count: 100 was the old default", "a guess", "had no unit", "unsalted hashes", "X-Forwarded-For does not count", "the password is not written", "base_capacity_rps: not carried over")
        .doesNotContain("s3cret", "hunter2");
  }

  @Test
  void rowsOfTheOldDatabaseBecomeQuotasAndRules() throws Exception {
    try (PostgresServer server = PostgresServer.database();
        Connection connection = server.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      assertThat(OldDatabase.read(server.dataSource())).as("neither table is there").isEqualTo(OldDatabase.NONE);
      statement.execute(resource("v1-tables.sql"));
      Conversion.Result result = Conversion.of(OldSettings.read(resource("v1-scheduler.ini")), OldDatabase.read(server.dataSource()));
      SluiceConfig config = loaded(result);

      assertThat(config.quotas().limits()).extracting(Quota::id).containsExactlyInAnyOrder("acme-tokens_per_month", "acme-tokens_per_day", "acme-usd_per_month");
      assertThat(config.quotas().limits()).filteredOn(quota -> quota.id().equals("acme-tokens_per_day")).singleElement().satisfies(quota -> {
        assertThat(quota.kind()).isEqualTo(QuotaKind.SOFT);
        assertThat(quota.amount()).isEqualByComparingTo("500000");
        assertThat(quota.alert().percents()).containsExactly(75, 100);
      });
      assertThat(config.senders().rules()).extracting(rule -> rule.key().orElseThrow().toString() + " " + rule.terms().level().orElseThrow())
          .containsExactly("prefix tgk-internal- 0", "regex ^tgk-.*-batch$ 9");
      assertThat(result.yaml()).doesNotContain("tgk-this-is-a-key");
      assertThat(String.join("\n", result.notes()))
          .contains("begin empty", "need prices", "rpm: not carried over", "holds for the whole account", "an exact pattern is left out", "compared with the ids", "as it is not enabled");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {
    "[rule.x]\ntype=capacity_adjustment\nmax_rps=5\nstart_time=25:00\nend_time=26:00", "[rule.x]\ntype=dance\nstart_time=08:00\nend_time=09:00",
    "[rule.x]\ntype=capacity_adjustment\nmax_rps=5\nstart_time=08:00\nend_time=09:00\ndays_of_week=noday", "[time_rules]\nevery=5",
    "[rule.x]\ntype=capacity_adjustment\nmax_rps=5\nstart_time=08:00\nend_time=09:00\ntimezone=Mars/Olympus", "[token_routing]\nredis_ttl=soon", "[redis]\naddr=a b", "[quotas]\nalert_webhook_url=ftp://x"
  })
  void storesAndTimeRulesThatCannotBeUnderstoodAreRefused(String ini) {
    assertThat(convert("scheduler_max_rps=5\n" + ini).refusals()).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {
    "", "scheduler_priority_levels=1", "scheduler_priority_levels=many", "scheduler_polic=wfq", "scheduler_policy=fifo",
    "scheduler_enabled=true\n[provider.local]\nmax_rps=5", "[unknown]\na=b", "scheduler_weights=1,2", "scheduler_weights=1,0",
    "scheduler_priority_levels=3\nscheduler_default_priority=5", "nonsense", "[open\nscheduler_max_rps=1", "scheduler_max_rps=1\nscheduler_max_rps=2"
  })
  void whatCannotBeUnderstoodIsRefused(String ini) {
    assertThat(convert(ini).refusals()).isNotEmpty();
  }

  @Test
  void aFewLevelsWithoutADefaultStayBelowTheirNumber() throws Exception {
    assertThat(loaded(convert("scheduler_priority_levels=3")).scheduler().defaultPriority()).isEqualTo(2);
  }
}
