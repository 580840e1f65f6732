// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace.provider;

import static dev.sluice.routing.config.Kinds.choice;
import static dev.sluice.routing.config.Kinds.decimal;
import static dev.sluice.routing.config.Kinds.duration;
import static dev.sluice.routing.config.Kinds.flag;
import static dev.sluice.routing.config.Kinds.list;
import static dev.sluice.routing.config.Kinds.map;
import static dev.sluice.routing.config.Kinds.model;
import static dev.sluice.routing.config.Kinds.path;
import static dev.sluice.routing.config.Kinds.text;
import static dev.sluice.routing.config.Kinds.variable;
import static dev.sluice.routing.config.Kinds.whole;

import dev.sluice.routing.config.Key;
import dev.sluice.routing.config.Kind;
import dev.sluice.routing.config.Section;
import dev.sluice.routing.marketplace.DegradationMode;
import dev.sluice.routing.provider.CapacityKeys;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The declaration of the marketplace's keys. Immutable. */
final class MarketKeys {
  /** The provider's name, and its section's. */
  static final String MARKETPLACE = "marketplace";

  private static final Kind<String> REGION = text("lower case letters, digits and -", "[a-z0-9-]+", 64);
  private static final Kind<String> ADDRESS = text("an https URL, or an http URL of this machine", "https?://[!-~]+", 512);
  private static final Kind<String> UPSTREAM = text("the name of an upstream of the gateway", "[A-Za-z0-9][A-Za-z0-9._:-]*", 255);

  static final Key<Boolean> ENABLED =
      Key.of("enabled", flag(), "false", "Buy capacity. Needs recorded consent to the notice as well: `sluice marketplace notice`, `sluice marketplace consent`.");
  static final Key<Boolean> OFFLINE_MODE =
      Key.of("offline_mode", flag(), "false", "Call nobody, whatever else is configured or consented to.");
  static final Key<String> URL = Key.optional("url", ADDRESS, "none", "Address of the marketplace's API; required when enabled.");
  static final Key<String> KEY_ENV =
      Key.optional("key_env", variable(), "none", "Environment variable with your key at the marketplace. This or `key_file` is required when enabled.").masked();
  static final Key<Path> KEY_FILE = Key.optional("key_file", path(), "none", "File with the key.").masked();
  static final Key<Path> CONSENT_FILE =
      Key.of("consent_file", path(), "data/marketplace-consent.json", "Where consent is recorded, and with it the key of pseudonyms.");
  static final Key<Path> OUTBOX_FOLDER =
      Key.of("outbox_folder", path(), "data/marketplace", "Folder of uses that are not reported yet; processes may share it.");
  static final Key<Integer> OUTBOX_SIZE =
      Key.of("outbox_size", whole(10, 1_000_000), "10000", "Uses that may be under way or unreported; while there are as many, nothing is bought.");
  static final Key<DegradationMode> DEGRADATION_MODE =
      Key.of(
          "degradation_mode",
          choice(DegradationMode.class),
          "fail_open",
          "While the marketplace does not answer: `fail_open` stays with local providers, `fail_closed` refuses what was to go there,"
              + " `cached` takes standing offers of the last list of supplies, then stays with local providers.");
  static final Key<Map<String, String>> UPSTREAMS =
      Key.of("upstreams", map(ADDRESS, UPSTREAM, 1_000), "", "The gateway's upstream for each supplier's endpoint. Endpoints that are not here are never used.");
  static final Key<List<String>> REGIONS = Key.of("regions", list(REGION, 64), "", "Regions liked, the best first.");
  static final Key<List<String>> RESIDENCY =
      Key.of("residency", list(REGION, 64), "", "Regions that requests may be processed in at all; none means anywhere.");
  static final Key<BigDecimal> MIN_AVAILABILITY = Key.of("min_availability", decimal("0", "1"), "0.99", "Least availability that a supplier promises.");
  static final Key<Duration> QUOTE_DEADLINE =
      Key.of("quote_deadline", duration(Duration.ofMillis(10), Duration.ofSeconds(5)), "500ms", "How long an admitted request waits for its quotes.");
  static final Key<Duration> CALL_DEADLINE =
      Key.of("call_deadline", duration(Duration.ofMillis(100), Duration.ofSeconds(30)), "5s", "How long a call for supplies or a report may take.");
  static final Key<Integer> MAX_RETRIES = Key.of("max_retries", whole(0, 10), "3", "Repeats of a call for supplies after an outage, 100 ms to 5 s apart.");
  static final Key<Duration> REFRESH_INTERVAL =
      Key.of("refresh_interval", duration(Duration.ofSeconds(1), Duration.ofHours(1)), "1m", "How often supplies are asked for, in the background.");
  static final Key<Duration> CACHE_TTL =
      Key.of("cache_ttl", duration(Duration.ofSeconds(1), Duration.ofHours(24)), "5m", "How long a list of supplies is as good as new.");
  static final Key<Duration> STALE_LIMIT =
      Key.of("stale_limit", duration(Duration.ofSeconds(1), Duration.ofDays(7)), "1h", "Under `cached`: how long a list of supplies is better than none.");
  static final Key<Integer> BREAKER_THRESHOLD =
      Key.of("circuit_breaker_threshold", whole(1, 100), "3", "Failures in a row after which the marketplace is not called.");
  static final Key<Duration> BREAKER_TIMEOUT =
      Key.of("circuit_breaker_timeout", duration(Duration.ofMillis(100), Duration.ofHours(1)), "30s", "How long it is not called.");
  static final Key<Integer> BREAKER_PROBES =
      Key.of("circuit_breaker_half_open_max", whole(1, 10), "1", "Calls let in afterwards until their outcome is known.");
  static final Key<Boolean> REQUEST_STREAM_USAGE =
      Key.of("request_stream_usage", flag(), "false", "Ask suppliers for the usage of streamed answers where the caller did not; see `provider.local`.");

  static final class Model {
    static final Key<String> MODEL = Key.required("model", model(false), "The name callers use; never `*`.");
    static final Key<String> MARKET_MODEL = Key.optional("market_model", model(false), "the same", "The marketplace's name of the model.");
    static final Key<List<String>> ALIASES = Key.of("aliases", list(model(false), 64), "", "Further names callers may use.");
    static final Key<BigDecimal> MAX_INPUT_PRICE =
        Key.required("max_input_price", decimal("0", "1000000"), "The most that a million prompt tokens may cost.");
    static final Key<BigDecimal> MAX_OUTPUT_PRICE =
        Key.required("max_output_price", decimal("0", "1000000"), "The most that a million generated tokens may cost.");
    static final Section SECTION =
        Section.list(
            "models",
            "What may be bought, and for how much.",
            Stream.concat(Stream.of(MODEL, MARKET_MODEL, ALIASES, MAX_INPUT_PRICE, MAX_OUTPUT_PRICE), CapacityKeys.KEYS.stream()).toList(),
            List.of());

    private Model() {}
  }

  static final Section SECTION =
      Section.single(
              MARKETPLACE,
              "Capacity of third parties, bought as it is needed; off unless enabled and consented to. docs/marketplace.md says what is sent to whom.",
              List.of(
                  ENABLED,
                  OFFLINE_MODE,
                  URL,
                  KEY_ENV,
                  KEY_FILE,
                  CONSENT_FILE,
                  OUTBOX_FOLDER,
                  OUTBOX_SIZE,
                  DEGRADATION_MODE,
                  UPSTREAMS,
                  REGIONS,
                  RESIDENCY,
                  MIN_AVAILABILITY,
                  QUOTE_DEADLINE,
                  CALL_DEADLINE,
                  MAX_RETRIES,
                  REFRESH_INTERVAL,
                  CACHE_TTL,
                  STALE_LIMIT,
                  BREAKER_THRESHOLD,
                  BREAKER_TIMEOUT,
                  BREAKER_PROBES,
                  REQUEST_STREAM_USAGE),
              List.of(Model.SECTION))
          .reloadable();

  private MarketKeys() {}
}
