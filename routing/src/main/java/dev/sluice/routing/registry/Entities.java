// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.registry;

import dev.sluice.routing.config.Kind;
import dev.sluice.routing.config.Kinds;
import dev.sluice.routing.registry.Field.Need;
import java.util.List;

/** What administrators keep: the fields of every table, as the migrations under {@code database} have them. Immutable. */
public final class Entities {
  private static final int MAX_LEVEL = 99;
  private static final Field DESCRIPTION = Field.of("description", Storage.TEXT, RowKinds.line(1024), Need.EMPTIABLE, "For people.");
  private static final Field ENABLED = Field.free("enabled", Storage.FLAG, Need.DEFAULTED, "Whether it counts; true unless given.");
  private static final Field GENERATED_ID = Field.of(Entity.ID, Storage.TEXT, Kinds.name(64), Need.FIXED, "Name of the row; made if not given.");

  /** Organisations. */
  public static final Entity ORGANISATIONS =
      new Entity(
          "organisation",
          "organisations",
          List.of(
              Field.of(Entity.ID, Storage.TEXT, Kinds.name(128), Need.FIXED_REQUIRED, "Name that other rows refer to."),
              Field.of("name", Storage.TEXT, RowKinds.line(256), Need.REQUIRED, "Name for people."),
              Field.of("status", Storage.TEXT, RowKinds.choice("active", "suspended"), Need.DEFAULTED, "active unless given.")),
          List.of(Entity.ID),
          List.of("status"),
          true);

  /** Accounts. */
  public static final Entity ACCOUNTS =
      new Entity(
          "account",
          "accounts",
          List.of(
              Field.of(Entity.ID, Storage.TEXT, Kinds.name(128), Need.FIXED_REQUIRED, "Who pays; the unit of fairness."),
              Field.of("name", Storage.TEXT, RowKinds.line(256), Need.EMPTIABLE, "Name for people."),
              trait("organisation", "Id of the organisation that it belongs to."),
              trait("team", "A part of the organisation."),
              trait("account_type", "Such as internal or external; routing rules match it."),
              Field.of("status", Storage.TEXT, RowKinds.choice("active", "suspended"), Need.DEFAULTED, "active unless given."),
              Field.of("time_zone", Storage.TEXT, RowKinds.zone(), Need.DEFAULTED, "Time zone of its calendar; UTC unless given.")),
          List.of(Entity.ID),
          List.of("organisation", "team", "account_type", "status"),
          true);

  /** API keys; the secret is no field. */
  public static final Entity KEYS =
      new Entity(
          "key",
          "api_keys",
          List.of(
              GENERATED_ID,
              Field.free("prefix", Storage.TEXT, Need.READ_ONLY, "The key's first characters, for people."),
              Field.of("account", Storage.TEXT, Kinds.name(128), Need.FIXED_REQUIRED, "Id of the account that pays."),
              trait("environment", "Such as production; rules match it, quotas apply to it."),
              trait("tier", "Such as internal, premium, external or spot."),
              trait("workload_tag", "Such as batch."),
              level("Priority of the key's requests, 0 first; wins over rules."),
              weight(),
              tokensPerSecond("The key's own rate of LLM tokens."),
              requestsPerSecond("The key's own rate of requests."),
              Field.of("models", Storage.TEXTS, Kinds.list(Kinds.model(true), 256), Need.EMPTIABLE, "Models it may use; empty means all."),
              Field.of("providers", Storage.TEXTS, Kinds.list(Kinds.name(128), 64), Need.EMPTIABLE, "Providers it may use; empty means all."),
              Field.of("expires_at", Storage.INSTANT, RowKinds.instant(), Need.CLEARABLE, "First instant at which it is no longer valid."),
              Field.of("status", Storage.TEXT, RowKinds.choice("active", "suspended"), Need.DEFAULTED, "active unless given; revoked after a revocation, for good."),
              DESCRIPTION,
              Field.free("rotated_from", Storage.TEXT, Need.READ_ONLY, "Id of the key that this one replaces."),
              Field.free("revoked_at", Storage.INSTANT, Need.READ_ONLY, "When it was revoked.")),
          List.of(Entity.ID),
          List.of("account", "environment", "tier", "workload_tag", "status", "rotated_from"),
          false);

  /** Routing rules. */
  public static final Entity RULES =
      new Entity(
          "rule",
          "routing_rules",
          List.of(
              GENERATED_ID,
              Field.of("priority_order", Storage.INTEGER, Kinds.whole(-1_000_000, 1_000_000), Need.REQUIRED, "Rules are tried in this order; the first that matches counts."),
              trait("match_organisation", "Organisation that a request's account must belong to."),
              trait("match_team", "Team that it must belong to."),
              trait("match_tier", "Tier that a request's key must have."),
              trait("match_environment", "Environment that it must have."),
              trait("match_account_type", "Account type that it must have."),
              trait("match_workload_tag", "Workload tag that it must have."),
              Field.of("match_key", Storage.TEXT, RowKinds.filled(256), Need.CLEARABLE, "Pattern for the key's id."),
              Field.of("match_key_kind", Storage.TEXT, RowKinds.choice("exact", "prefix", "suffix", "contains", "regex"), Need.CLEARABLE, "How match_key is read."),
              level("Priority given, 0 first."),
              weight(),
              tokensPerSecond("Rate of LLM tokens given to each key."),
              requestsPerSecond("Rate of requests given to each key."),
              Field.of("max_depth", Storage.INTEGER, Kinds.whole(0, 1_000_000), Need.CLEARABLE, "Requests of the account that may wait in one lane."),
              Field.of("max_wait_ms", Storage.INTEGER, Kinds.whole(0, 50_000), Need.CLEARABLE, "Longest wait in milliseconds."),
              Field.of("quota_multiplier", Storage.DECIMAL, RowKinds.decimal("0.000001", "999999", 6), Need.CLEARABLE, "What the amounts of quotas are multiplied by."),
              ENABLED,
              DESCRIPTION),
          List.of("priority_order", Entity.ID),
          List.of(),
          true);

  /** Quotas. */
  public static final Entity QUOTAS =
      new Entity(
          "quota",
          "quotas",
          List.of(
              GENERATED_ID,
              Field.of("scope", Storage.TEXT, RowKinds.choice("organisation", "team", "environment", "account", "key"), Need.REQUIRED, "What the quota is for."),
              Field.of("subject", Storage.TEXT, Kinds.name(256), Need.REQUIRED, "Which organisation, team, environment, account or key."),
              Field.of("kind", Storage.TEXT, RowKinds.choice("hard", "soft", "reserved", "burstable"), Need.REQUIRED, "What happens at the amount."),
              Field.of("unit", Storage.TEXT, RowKinds.choice("tokens", "requests", "money"), Need.REQUIRED, "What is counted."),
              Field.of("amount", Storage.DECIMAL, RowKinds.decimal("0", "999999999999999999", 6), Need.REQUIRED, "How much of it in one window."),
              Field.of("calendar", Storage.TEXT, RowKinds.choice("hour", "day", "week", "month"), Need.DEFAULTED, "Length of a window; month unless given."),
              Field.of("time_zone", Storage.TEXT, RowKinds.zone(), Need.DEFAULTED, "Time zone in which windows begin; UTC unless given."),
              Field.of("reset_day", Storage.INTEGER, Kinds.whole(1, 28), Need.DEFAULTED, "Day on which a month begins; 1 unless given."),
              Field.of("alert_percents", Storage.INTEGERS, Kinds.list(Kinds.whole(1, 1000), 16), Need.EMPTIABLE, "Shares of the amount at which to alert; 80, 90 and 100 unless given."),
              Field.of("alert_webhook", Storage.TEXT, RowKinds.webhook(), Need.CLEARABLE, "Where alerts are posted."),
              ENABLED,
              DESCRIPTION),
          List.of(Entity.ID),
          List.of("scope", "subject", "kind", "unit"),
          true);

  /** Time windows. */
  public static final Entity TIME_WINDOWS =
      new Entity(
          "time_window",
          "time_windows",
          List.of(
              GENERATED_ID,
              Field.free("rule", Storage.DOCUMENT, Need.REQUIRED, "When it holds and what then differs."),
              ENABLED,
              DESCRIPTION),
          List.of(Entity.ID),
          List.of(),
          true);

  /** Every entity. */
  public static final List<Entity> ALL = List.of(ORGANISATIONS, ACCOUNTS, KEYS, RULES, QUOTAS, TIME_WINDOWS);

  private Entities() {}

  private static Field trait(String name, String doc) {
    return Field.of(name, Storage.TEXT, Kinds.name(128), Need.CLEARABLE, doc);
  }

  private static Field level(String doc) {
    return Field.of("level", Storage.INTEGER, Kinds.whole(0, MAX_LEVEL), Need.CLEARABLE, doc);
  }

  private static Field weight() {
    Kind<?> kind = RowKinds.decimal("0.000001", "1000000", 6);
    return Field.of("weight", Storage.REAL, kind, Need.CLEARABLE, "Share among the flows of a lane; 1 is usual.");
  }

  private static Field tokensPerSecond(String doc) {
    return Field.of("tokens_per_second", Storage.INTEGER, Kinds.wholeLong(1, 1_000_000_000_000L), Need.CLEARABLE, doc);
  }

  private static Field requestsPerSecond(String doc) {
    return Field.of("requests_per_second", Storage.INTEGER, Kinds.whole(1, 1_000_000), Need.CLEARABLE, doc);
  }
}
