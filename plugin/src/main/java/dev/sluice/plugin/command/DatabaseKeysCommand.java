// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.command;

import dev.sluice.routing.key.KeyMint;
import dev.sluice.routing.registry.Changes;
import dev.sluice.routing.registry.Entities;
import dev.sluice.routing.registry.Fault;
import dev.sluice.routing.registry.KeyRegistry;
import dev.sluice.routing.registry.ListQuery;
import dev.sluice.routing.registry.Listing;
import dev.sluice.routing.registry.Outcome;
import dev.sluice.routing.registry.Registry;
import dev.sluice.routing.registry.RowCheck;
import dev.sluice.routing.registry.RowJson;
import java.math.BigDecimal;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import tools.jackson.databind.node.ObjectNode;

/** {@code sluice keys} on a database. Running processes find what it changed in the tables' record of changes, within a second. Immutable. */
final class DatabaseKeysCommand {
  private static final String ROW = "%-20s %-16s %-20s %-6s %-10s %-21s %s%n";

  private static final List<String> OF_ACCOUNTS = List.of("organisation", "team", "account-type");
  private static final List<String> OF_RULES = List.of("max-depth", "max-wait");

  private final Registry registry;
  private final Surface surface;
  private final String actor;

  DatabaseKeysCommand(DataSource source, Surface surface) {
    var random = new SecureRandom();
    this.registry = new Registry(source, RowCheck.NONE, Changes.NONE, () -> HexFormat.of().toHexDigits(random.nextLong()));
    this.surface = surface;
    this.actor = "command";
  }

  int create(Arguments arguments, KeyMint mint) throws UsageException {
    ObjectNode key = RowJson.object();
    for (String flag : OF_ACCOUNTS) {
      if (arguments.has(flag)) {
        throw new UsageException("--" + flag + ": is the account's in a database (expected: a change of the account, by the admin API)");
      }
    }
    for (String flag : OF_RULES) {
      if (arguments.has(flag)) {
        throw new UsageException("--" + flag + ": no key of a database has one (expected: a routing rule, by the admin API)");
      }
    }
    for (String flag : List.of("id", "account", "description", "environment", "tier", "workload-tag")) {
      arguments.value(flag).ifPresent(value -> key.put(flag.replace('-', '_'), value));
    }
    for (String flag : List.of("weight", "tokens-per-second", "requests-per-second")) {
      Optional<String> number = arguments.value(flag);
      if (number.isPresent()) {
        if (!number.get().matches("[0-9]{1,12}(\\.[0-9]{1,6})?")) {
          throw new UsageException("--" + flag + ": " + Arguments.shown(number.get()) + " (expected: a number)");
        }
        key.put(flag.replace('-', '_'), new BigDecimal(number.get()));
      }
    }
    arguments.value("expires").ifPresent(value -> key.put("expires_at", value));
    Optional<String> level = arguments.value("level");
    if (level.isPresent()) {
      if (!level.get().matches("[0-9]{1,3}")) {
        throw new UsageException("--level: " + Arguments.shown(level.get()) + " (expected: a whole number)");
      }
      key.put("level", Integer.parseInt(level.get()));
    }
    arguments.value("models").ifPresent(models -> List.of(models.split(",", -1)).forEach(key.putArray("models")::add));
    return made(new KeyRegistry(registry, mint).create(key, actor), "create");
  }

  int rotate(String id, Duration overlap, KeyMint mint, Instant now) {
    return made(new KeyRegistry(registry, mint).rotate(id, overlap, Optional.empty(), now, actor), "rotate");
  }

  int revoke(String id, KeyMint mint, Instant now) {
    Outcome outcome = new KeyRegistry(registry, mint).revoke(id, now, actor);
    if (outcome instanceof Outcome.Stored) {
      surface.out().println("key " + id + " is revoked; running processes refuse it within a second");
      return Commands.OK;
    }
    return failed(outcome, "revoke");
  }

  int list() {
    surface.out().printf(Locale.ROOT, ROW, "ID", "PREFIX", "ACCOUNT", "LEVEL", "STATUS", "EXPIRES", "DESCRIPTION");
    Optional<String> cursor = Optional.empty();
    do {
      if (!(registry.list(Entities.KEYS, new ListQuery(Map.of(), cursor, ListQuery.MAX_LIMIT)) instanceof Listing.Page page)) {
        surface.err().println("sluice keys list: the database does not answer");
        return Commands.FAILED;
      }
      for (ObjectNode key : page.rows()) {
        surface.out().printf(Locale.ROOT, ROW, text(key, "id", ""), text(key, "prefix", "-"), text(key, "account", ""), text(key, "level", "-"), text(key, "status", ""),
            text(key, "expires_at", "never"), text(key, "description", ""));
      }
      cursor = page.next();
    } while (cursor.isPresent());
    return Commands.OK;
  }

  private static String text(ObjectNode row, String field, String otherwise) {
    return row.path(field).isNull() ? otherwise : row.path(field).asString(otherwise);
  }

  private int made(KeyRegistry.Made made, String action) {
    return switch (made) {
      case KeyRegistry.Made.Failed failed -> failed(failed.outcome(), action);
      case KeyRegistry.Made.Key key -> {
        surface.out().println(key.minted().reveal());
        surface.out().println("# key " + key.row().id() + " of account " + key.row().json().path("account").asString(""));
        surface.out().println("# This is the only time it is shown. Use it as: Authorization: Bearer " + key.minted().prefix() + "...");
        yield Commands.OK;
      }
    };
  }

  private int failed(Outcome outcome, String action) {
    String why =
        switch (outcome) {
          case Outcome.Refused refused -> refused.faults().stream().map(DatabaseKeysCommand::line).collect(Collectors.joining("\n"));
          case Outcome.Conflict conflict -> conflict.detail();
          case Outcome.Unknown unknown -> "no such key (`sluice keys list` prints them)";
          case Outcome.Unavailable unavailable -> "the database does not answer (" + unavailable.cause() + ")";
          case Outcome.Stored stored -> "nothing to do";
          case Outcome.Removed removed -> "nothing to do";
          case Outcome.Stale stale -> "changed meanwhile; try again";
        };
    surface.err().println("sluice keys " + action + ": " + why);
    return Commands.FAILED;
  }

  private static String line(Fault fault) {
    return fault.field() + ": " + fault.value() + " (expected: " + fault.expected() + ")";
  }
}
