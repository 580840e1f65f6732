// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admin.api;

import dev.sluice.plugin.http.HttpAnswer;
import dev.sluice.routing.Entitlement;
import dev.sluice.routing.config.ConfigException;
import dev.sluice.routing.key.KeyFileEditor;
import dev.sluice.routing.key.KeyMint;
import dev.sluice.routing.key.KeyRecord;
import dev.sluice.routing.key.NewKey;
import dev.sluice.routing.registry.Changes;
import dev.sluice.routing.registry.Fault;
import dev.sluice.routing.registry.ListQuery;
import dev.sluice.routing.registry.Listing;
import dev.sluice.routing.registry.RowJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Keys in the key file: they are made, listed and revoked here, and changed by hand. The log is the audit. */
final class FileKeys implements KeyStores {
  private static final Logger log = LoggerFactory.getLogger(FileKeys.class);
  private static final List<String> MEMBERS = Stream.concat(Stream.of("id", "account", "models", "expires_at", "description"), NewKey.MORE.stream()).toList();
  private static final String BY_HAND = "keys in a file are changed by hand in the file; with PostgreSQL, here";

  private final KeyFileEditor editor;
  private final KeyMint mint;
  private final Changes changes;

  FileKeys(KeyFileEditor editor, KeyMint mint, Changes changes) {
    this.editor = editor;
    this.mint = mint;
    this.changes = changes;
  }

  /** Work on the key file. */
  private interface Work {
    HttpAnswer run() throws IOException, ConfigException;
  }

  private static HttpAnswer guarded(Work work) {
    try {
      return work.run();
    } catch (ConfigException e) {
      return Problem.faults(e.problems().stream().map(problem -> new Fault(problem.path(), problem.value(), problem.expected(), problem.nearest())).toList());
    } catch (IOException e) {
      log.error("key file: {}", e.getClass().getSimpleName());
      return Problem.of(503, "the key file cannot be read or written; the log has the cause");
    }
  }

  @Override
  public HttpAnswer list(ApiCall call) {
    ListQuery query = ApiCall.page(call.query());
    List<Fault> unknown = query.filters().keySet().stream().map(name -> Fault.unknown(name, List.of("limit", "cursor"))).toList();
    if (!unknown.isEmpty()) {
      return Problem.faults(unknown);
    }
    return guarded(
        () -> {
          List<ObjectNode> rows =
              editor.records().stream()
                  .sorted(Comparator.comparing(record -> record.entitlement().keyId()))
                  .filter(record -> query.cursor().isEmpty() || record.entitlement().keyId().compareTo(query.cursor().get()) > 0)
                  .map(FileKeys::json)
                  .toList();
          boolean more = rows.size() > query.limit();
          List<ObjectNode> shown = more ? rows.subList(0, query.limit()) : rows;
          return Replies.of(new Listing.Page(shown, more ? Optional.of(shown.getLast().get("id").stringValue()) : Optional.empty()));
        });
  }

  @Override
  public HttpAnswer find(ApiCall call) {
    return guarded(() -> record(call.id()).map(record -> HttpAnswer.json(200, RowJson.write(json(record)))).orElseGet(() -> Problem.of(404, "no such key")));
  }

  private Optional<KeyRecord> record(String id) throws IOException, ConfigException {
    return editor.records().stream().filter(record -> record.entitlement().keyId().equals(id)).findFirst();
  }

  @Override
  public HttpAnswer create(ApiCall call) {
    ObjectNode body = call.object(false);
    NewKey key = newKey(body);
    return guarded(
        () -> {
          key.check("");
          if (key.id().isPresent() && record(key.id().get()).isPresent()) {
            return Problem.of(409, "a key with this id exists already");
          }
          KeyMint.Minted minted = mint.mint();
          String id = editor.append(key, minted);
          log.info("admin actor={} action=create key={}", call.actor(), id);
          changes.keyChanged(minted.fingerprint());
          ObjectNode json = json(record(id).orElseThrow(() -> new IOException("the key file changed meanwhile")));
          json.put("secret", minted.reveal());
          return HttpAnswer.json(201, RowJson.write(json)).with("Location", RowRoutes.location("/v1/keys", id));
        });
  }

  private static NewKey newKey(ObjectNode body) {
    var faults = new ArrayList<Fault>();
    for (var member : body.properties()) {
      JsonNode value = member.getValue();
      boolean good =
          switch (member.getKey()) {
            case "level" -> value.isIntegralNumber();
            case "models" -> value.isArray() && value.valueStream().allMatch(model -> model.isString() && !model.stringValue().contains(","));
            default -> value.isString() || (value.isNumber() && NewKey.MORE.contains(member.getKey()));
          };
      if (!MEMBERS.contains(member.getKey())) {
        faults.add(Fault.unknown(member.getKey(), MEMBERS));
      } else if (!good && !value.isNull()) {
        faults.add(Fault.of(member.getKey(), value.asString(""), member.getKey().equals("level") ? "a whole number" : member.getKey().equals("models") ? "a list of names" : "text"));
      }
    }
    if (!body.path("account").isString()) {
      faults.add(Fault.of("account", "missing", "the name of who pays"));
    }
    if (!faults.isEmpty()) {
      throw ProblemException.of(faults);
    }
    List<String> models = body.path("models").valueStream().map(JsonNode::stringValue).collect(Collectors.toList());
    Map<String, String> more = new LinkedHashMap<>();
    NewKey.MORE.forEach(name -> text(body, name).ifPresent(value -> more.put(name, value)));
    return new NewKey(text(body, "id"), body.get("account").stringValue(), more, models, text(body, "expires_at"), text(body, "description"));
  }

  private static Optional<String> text(ObjectNode body, String name) {
    JsonNode value = body.path(name);
    return value.isMissingNode() || value.isNull() ? Optional.empty() : Optional.of(value.asString(""));
  }

  @Override
  public HttpAnswer patch(ApiCall call) {
    return Problem.of(501, BY_HAND);
  }

  @Override
  public HttpAnswer rotate(ApiCall call) {
    return Problem.of(501, BY_HAND);
  }

  @Override
  public HttpAnswer revoke(ApiCall call) {
    return guarded(
        () -> {
          if (editor.revoke(call.id()) == KeyFileEditor.Revocation.UNKNOWN) {
            return Problem.of(404, "no such key");
          }
          log.info("admin actor={} action=revoke key={}", call.actor(), call.id());
          Optional<KeyRecord> revoked = record(call.id());
          revoked.ifPresent(record -> changes.keyChanged(record.fingerprint()));
          return revoked.map(record -> HttpAnswer.json(200, RowJson.write(json(record)))).orElseGet(() -> Problem.of(404, "no such key"));
        });
  }

  private static ObjectNode json(KeyRecord key) {
    Entitlement entitlement = key.entitlement();
    ObjectNode json = RowJson.object();
    json.put("id", entitlement.keyId());
    key.prefix().ifPresent(prefix -> json.put("prefix", prefix));
    json.put("account", entitlement.account());
    entitlement.terms().level().ifPresent(level -> json.put("level", level));
    entitlement.models().stream().sorted().forEach(json.putArray("models")::add);
    entitlement.providers().stream().sorted().forEach(json.putArray("providers")::add);
    entitlement.expiresAt().ifPresent(end -> json.put("expires_at", end.toString()));
    json.put("status", entitlement.status().name().toLowerCase(Locale.ROOT));
    json.put("description", key.description().orElse(""));
    return json;
  }
}
