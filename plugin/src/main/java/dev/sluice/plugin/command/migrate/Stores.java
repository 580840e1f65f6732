// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.command.migrate;

import dev.sluice.plugin.command.migrate.OldSettings.Entry;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Where keys were kept, who was trusted, and whom alerts went to. Not thread-safe; one conversion each. */
final class Stores {
  private static final Pattern REDIS = Pattern.compile("(rediss?://)?(?:([^@/]*)@)?([A-Za-z0-9._-]+(?::[0-9]{1,5})?)(/[0-9]{1,2})?");
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h)?");

  private final Report report;
  private final int levels;
  private final Map<String, String> routing = new LinkedHashMap<>();
  private final Map<String, String> redis = new LinkedHashMap<>();
  private final Map<String, String> postgresql = new LinkedHashMap<>();
  private final List<String> more = new ArrayList<>();

  private Stores(int levels, Report report) {
    this.levels = levels;
    this.report = report;
  }

  /** Whether a setting is one of those that {@link #of} looks at. */
  static boolean concerns(Entry entry) {
    return entry.section().equals("token_routing") || entry.section().equals("header_routing") || entry.section().equals("quotas")
        || entry.section().equals("redis") || entry.section().equals("postgres") || entry.section().equals("postgresql") || entry.section().equals("database")
        || entry.key().matches("(redis_(url|addr|address)|(database|postgres|pg|db|identity)_(url|dsn)|account_quota_[a-z_]+|api_key_priority_[a-z_]+)");
  }

  /** The lines of {@code token_routing}, {@code stores}, {@code trusted_networks}, {@code rules} and {@code quotas}. */
  static List<String> of(OldSettings old, int levels, Report report) {
    var stores = new Stores(levels, report);
    old.entries().stream().filter(Stores::concerns).forEach(entry -> stores.setting(old, entry));
    return stores.lines();
  }

  private void setting(OldSettings old, Entry entry) {
    String key = entry.key();
    String value = entry.value();
    switch (key) {
      case "token_routing.fail_mode" -> failMode(key, value);
      case "token_routing.fail_open_quota_limit" ->
          report.number(key, value, 0, 1_000_000).ifPresent(limit -> {
            routing.put("fail_open_quota_limit", Long.toString(limit));
            report.note(key + ": " + limit + " requests a minute of each node here; the old gateway's number had no unit");
          });
      case "token_routing.fail_open_priority" -> report.note(key + ": not carried over; requests of nobody known go to the last lane");
      case "token_routing.enable_snapshot_cache" -> report.note(key + ": not carried over; with PostgreSQL there always is a snapshot, which answers only while a store fails");
      case "token_routing.snapshot_refresh_interval" -> duration(key, value, 10, 86_400, "snapshot_refresh_interval");
      case "token_routing.local_lru_size" ->
          report.number(key, value, 1, 10_000_000).ifPresent(size -> {
            routing.put("cache_size", Long.toString(Math.max(100, size)));
            report.note(key + ": keys in memory now end after cache_ttl (60s); the old cache kept them for ever");
          });
      case "token_routing.redis_ttl" -> duration(key, value, 1, 3_600, "redis_ttl");
      case "token_routing.redis_health_check_interval", "token_routing.db_health_check_interval" ->
          report.note(key + ": not needed; a store's health follows from the calls it answers");
      case "header_routing.enabled", "header_routing.trusted_cidrs" -> trusted(old);
      case "header_routing.require_token" -> {
        if (!value.equals("true")) {
          report.note(key + ": " + value + "; a key, or an APISIX consumer, is always required here");
        }
      }
      case "header_routing.audit_log_enabled" -> report.note(key + ": not carried over; there is no log line per request");
      case "quotas.alert_webhook_url" -> webhook(key, value);
      case "quotas.enabled", "quotas.check_on_enqueue", "quotas.redis_keys_ttl_days" ->
          report.note(key + ": not carried over; quotas hold wherever one is configured, are reserved before waiting and follow the calendar");
      case "account_quota_enabled" ->
          report.note(key + ": " + value + "; the rows of account_quotas are carried over with --from jdbc:postgresql://..., and hold here, which the old gateway's did not");
      case "account_quota_sync_sec" -> report.note(key + ": not needed; use is counted where it is decided");
      case "api_key_priority_enabled" ->
          report.note(key + ": " + value + "; the rows of api_key_priority_mappings are carried over with --from jdbc:postgresql://... as rules about key ids, no longer about the text of keys");
      case "api_key_priority_default" -> report.note(key + ": not carried over; default_priority is for every request");
      case "api_key_priority_cache_ttl_sec" -> report.note(key + ": not needed; changed rules are in force within seconds");
      default -> address(entry);
    }
  }

  private void failMode(String key, String value) {
    switch (value) {
      case "fail_open" -> {
        routing.put("fail_mode", value);
        report.note(key + ": fail_open; a key that a store says nobody has is refused here in both modes, the old gateway let it in");
      }
      case "fail_close", "fail_closed" -> routing.put("fail_mode", "fail_close");
      default -> {
        routing.put("fail_mode", "fail_close");
        report.note(key + ": " + Report.shown(value) + " is neither; fail_close is written, as the old gateway took it");
      }
    }
  }

  private void duration(String key, String value, long minSeconds, long maxSeconds, String name) {
    Matcher parts = DURATION.matcher(value);
    if (!parts.matches()) {
      report.refuse(key + ": " + Report.shown(value) + " (expected: a duration such as 5m)");
      return;
    }
    String unit = parts.group(2) == null ? "s" : parts.group(2);
    long seconds = Long.parseLong(parts.group(1)) * switch (unit) {
      case "h" -> 3_600;
      case "m" -> 60;
      default -> 1;
    };
    seconds = unit.equals("ms") ? Math.max(1, seconds / 1_000) : seconds;
    long kept = Math.clamp(seconds, minSeconds, maxSeconds);
    routing.put(name, kept + "s");
    if (kept != seconds) {
      report.note(key + ": " + value + "; " + kept + "s is written, it goes from " + minSeconds + "s to " + maxSeconds + "s");
    }
  }

  private void trusted(OldSettings old) {
    if (!more.isEmpty()) {
      return;
    }
    if (!old.value("header_routing.enabled").equals("true")) {
      report.note("header_routing.enabled: not true; no network is trusted");
      more.add("");
      return;
    }
    more.add("");
    more.add("trusted_networks:");
    for (String network : old.value("header_routing.trusted_cidrs").split("[,\\s]+", -1)) {
      if (!network.isEmpty()) {
        more.add("  - network: " + Report.yaml(network.contains("/") ? network : network + (network.contains(":") ? "/128" : "/32")));
        more.add("    believe: [tier, environment, workload, account, priority]");
      }
    }
    if (more.size() == 2) {
      more.removeLast();
    }
    more.add("");
    more.add("rules:");
    Map<String, Integer> tiers = new LinkedHashMap<>();
    tiers.put("internal", 0);
    tiers.put("premium", 1);
    tiers.put("external", 3);
    tiers.put("spot", 4);
    tiers.forEach(
        (tier, level) -> {
          more.add("  - id: tier-" + tier);
          more.add("    match_tier: " + tier);
          more.add("    level: " + Math.min(level, levels - 1));
        });
    report.note("header_routing: the headers are X-Sluice-Tier, -Environment, -Workload, -Account and -Priority instead of X-TGW-...; addresses are those that connect, X-Forwarded-For does not count");
    report.note("header_routing: rules give internal, premium, external and spot the levels 0, 1, 3 and 4 that the old gateway had built in");
  }

  private void webhook(String key, String value) {
    if (value.matches("https?://[!-~]+") && !value.contains("@")) {
      more.add("");
      more.add("quotas:");
      more.add("  alert_webhook: " + Report.yaml(value));
    } else if (!value.isEmpty()) {
      report.refuse(key + ": not understood (expected: an http or https address without a user)");
    }
  }

  /** Addresses of stores, by whatever name. */
  private void address(Entry entry) {
    String key = entry.key();
    String name = entry.name();
    boolean ofRedis = key.startsWith("redis") || name.startsWith("redis_");
    if (ofRedis && name.matches("(redis_)?(url|addr|address)")) {
      Matcher parts = REDIS.matcher(entry.value());
      if (!parts.matches()) {
        report.refuse(key + ": not understood (expected: host:port, or redis://host:port/0)");
        return;
      }
      redis.put("url", (parts.group(1) == null ? "redis://" : parts.group(1)) + parts.group(3) + (parts.group(4) == null ? "" : parts.group(4)));
      if (parts.group(2) != null) {
        password(key, redis, "SLUICE_REDIS_PASSWORD");
      }
    } else if (ofRedis && name.equals("password")) {
      password(key, redis, "SLUICE_REDIS_PASSWORD");
    } else if (!ofRedis && name.matches("([a-z]+_)?(url|dsn)")) {
      database(key, entry.value());
    } else {
      report.refuse(key + ": unknown (expected: a setting of the older gateway)");
    }
  }

  private void database(String key, String value) {
    URI uri;
    try {
      uri = URI.create(value.replaceFirst("^postgres(ql)?://", "postgresql://"));
    } catch (IllegalArgumentException e) {
      report.refuse(key + ": not understood (expected: postgres://user@host:port/database)");
      return;
    }
    if (!"postgresql".equals(uri.getScheme()) || uri.getHost() == null) {
      report.note(key + ": no PostgreSQL; keys stay in conf/keys.yaml");
      return;
    }
    String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
    postgresql.put("url", "jdbc:postgresql://" + uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort()) + uri.getRawPath() + query);
    String[] user = String.valueOf(uri.getRawUserInfo() == null ? "" : uri.getRawUserInfo()).split(":", 2);
    if (!user[0].isEmpty()) {
      postgresql.put("user", Report.yaml(user[0]));
    }
    if (user.length == 2) {
      password(key, postgresql, "SLUICE_PG_PASSWORD");
    }
    report.note(key + ": the tables are others here (`sluice database migrate`), best in a database of their own. Old API keys cannot be taken over, as only their unsalted hashes are known: make new ones");
  }

  private void password(String key, Map<String, String> store, String variable) {
    store.put("password_env", variable);
    report.note(key + ": the password is not written; put it into " + variable);
  }

  private List<String> lines() {
    List<String> lines = new ArrayList<>();
    section(lines, "token_routing:", "  ", routing);
    if (!redis.isEmpty() || !postgresql.isEmpty()) {
      lines.add("");
      lines.add("stores:");
      section(lines, "  redis:", "    ", redis);
      section(lines, "  postgresql:", "    ", postgresql);
    }
    lines.addAll(more);
    return lines.stream().filter(line -> !line.isEmpty()).collect(Collectors.toList());
  }

  private static void section(List<String> lines, String name, String indent, Map<String, String> values) {
    if (!values.isEmpty()) {
      lines.add(name);
      values.forEach((key, value) -> lines.add(indent + key + ": " + value));
    }
  }
}
