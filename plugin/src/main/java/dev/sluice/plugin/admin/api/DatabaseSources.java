// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admin.api;

import dev.sluice.routing.Entitlement;
import dev.sluice.routing.KeyStatus;
import dev.sluice.routing.Terms;
import dev.sluice.routing.Traits;
import dev.sluice.routing.registry.Entities;
import dev.sluice.routing.registry.Entity;
import dev.sluice.routing.registry.ListQuery;
import dev.sluice.routing.registry.Listing;
import dev.sluice.routing.registry.Outcome;
import dev.sluice.routing.registry.Registry;
import dev.sluice.routing.registry.Row;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Keys and quotas as the database has them. */
final class DatabaseSources implements DecisionSources {
  private final Registry registry;

  DatabaseSources(Registry registry) {
    this.registry = registry;
  }

  @Override
  public Optional<Entitlement> key(String id) {
    return row(Entities.KEYS, id)
        .flatMap(key -> row(Entities.ACCOUNTS, text(key, "account").orElse("")).map(account -> entitlement(key, account)));
  }

  private Optional<ObjectNode> row(Entity entity, String id) {
    return switch (registry.find(entity, id)) {
      case Outcome.Stored stored -> Optional.of(stored.row()).map(Row::json);
      case Outcome.Unavailable unavailable -> throw ProblemException.of(503, "the database does not answer; try again");
      default -> Optional.empty();
    };
  }

  private Entitlement entitlement(ObjectNode key, ObjectNode account) {
    boolean suspended =
        suspended(key) || suspended(account) || text(account, "organisation").flatMap(id -> row(Entities.ORGANISATIONS, id)).filter(DatabaseSources::suspended).isPresent();
    KeyStatus status = text(key, "status").orElse("").equals("revoked") ? KeyStatus.REVOKED : suspended ? KeyStatus.SUSPENDED : KeyStatus.ACTIVE;
    Traits traits =
        new Traits(
            text(account, "organisation"), text(account, "team"), text(key, "environment"), text(key, "tier"), text(account, "account_type"), text(key, "workload_tag"));
    JsonNode level = key.path("level");
    JsonNode weight = key.path("weight");
    JsonNode tokens = key.path("tokens_per_second");
    JsonNode requests = key.path("requests_per_second");
    Terms terms =
        new Terms(
            level.isNumber() ? OptionalInt.of(level.intValue()) : OptionalInt.empty(),
            weight.isNumber() ? OptionalDouble.of(weight.doubleValue()) : OptionalDouble.empty(),
            tokens.isNumber() ? OptionalLong.of(tokens.longValue()) : OptionalLong.empty(),
            requests.isNumber() ? OptionalInt.of(requests.intValue()) : OptionalInt.empty(),
            OptionalInt.empty(),
            Optional.empty(),
            Optional.empty());
    Optional<Instant> end = text(key, "expires_at").map(Instant::parse);
    return new Entitlement(
        text(key, "id").orElseThrow(), text(account, "id").orElseThrow(), traits, terms, texts(key, "models"), texts(key, "providers"), end, status);
  }

  private static boolean suspended(ObjectNode row) {
    return text(row, "status").orElse("").equals("suspended");
  }

  private static Optional<String> text(ObjectNode row, String field) {
    return Optional.of(row.path(field)).filter(JsonNode::isString).map(JsonNode::stringValue);
  }

  private static Set<String> texts(ObjectNode row, String field) {
    var texts = new LinkedHashSet<String>();
    row.path(field).forEach(value -> texts.add(value.asString("")));
    return texts;
  }

  @Override
  public List<ObjectNode> quotas(Entitlement entitlement) {
    var quotas = new ArrayList<ObjectNode>();
    collect(quotas, "organisation", entitlement.traits().organisation());
    collect(quotas, "team", entitlement.traits().team());
    collect(quotas, "environment", entitlement.traits().environment());
    collect(quotas, "account", Optional.of(entitlement.account()));
    collect(quotas, "key", Optional.of(entitlement.keyId()));
    return quotas;
  }

  private void collect(List<ObjectNode> quotas, String scope, Optional<String> subject) {
    if (subject.isPresent()) {
      var query = new ListQuery(Map.of("scope", scope, "subject", subject.get()), Optional.empty(), ListQuery.MAX_LIMIT);
      if (registry.list(Entities.QUOTAS, query) instanceof Listing.Page page) {
        page.rows().stream().filter(row -> row.path("enabled").asBoolean(false)).forEach(quotas::add);
      }
    }
  }
}
