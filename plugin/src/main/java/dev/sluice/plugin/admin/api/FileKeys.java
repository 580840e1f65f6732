// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admin.api;

import dev.sluice.plugin.http.HttpAnswer;
import dev.sluice.routing.Entitlement;
import dev.sluice.routing.Terms;
import dev.sluice.routing.Traits;
import dev.sluice.routing.config.ConfigException;
import dev.sluice.routing.key.Edited;
import dev.sluice.routing.key.KeyFileEditor;
import dev.sluice.routing.key.KeyLayoutException;
import dev.sluice.routing.key.KeyMint;
import dev.sluice.routing.key.KeyPatch;
import dev.sluice.routing.key.KeyRecord;
import dev.sluice.routing.key.NewKey;
import dev.sluice.routing.registry.Changes;
import dev.sluice.routing.registry.Fault;
import dev.sluice.routing.registry.ListQuery;
import dev.sluice.routing.registry.Listing;
import dev.sluice.routing.registry.Outcome;
import dev.sluice.routing.registry.RowJson;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Keys in the key file, which people may change by hand as well. A key's version is made of what its entry says. The log is the audit. */
final class FileKeys implements KeyStores {
  private static final Logger log = LoggerFactory.getLogger(FileKeys.class);
  private static final List<String> MEMBERS = Stream.concat(Stream.of("id", "account", "models", "expires_at", "description"), NewKey.MORE.stream()).toList();
  /** Versions are written in up to 18 digits. */
  private static final long VERSIONS = 1_000_000_000_000_000_000L;

  private static final List<String> FIXED = List.of("id", "prefix", "account", "rotated_from");

  private final KeyFileEditor editor;
  private final KeyMint mint;
  private final Changes changes;
  private final InstantSource wall;

  FileKeys(KeyFileEditor editor, KeyMint mint, Changes changes, InstantSource wall) {
    this.editor = editor;
    this.mint = mint;
    this.changes = changes;
    this.wall = wall;
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
    } catch (KeyLayoutException e) {
      return Problem.of(409, "the key file is laid out in a way that cannot be edited here; change it by hand");
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
    return guarded(() -> record(call.id()).map(record -> answer(200, record)).orElseGet(() -> Problem.of(404, "no such key")));
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
          return made(record(id).orElseThrow(() -> new IOException("the key file changed meanwhile")), minted);
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

  private static HttpAnswer made(KeyRecord key, KeyMint.Minted minted) {
    ObjectNode json = json(key);
    json.put("secret", minted.reveal());
    return HttpAnswer.json(201, RowJson.write(json))
        .with("ETag", Replies.etag(version(key)))
        .with("Location", RowRoutes.location("/v1/keys", key.entitlement().keyId()));
  }

  private static HttpAnswer answer(int status, KeyRecord key) {
    return HttpAnswer.json(status, RowJson.write(json(key))).with("ETag", Replies.etag(version(key)));
  }

  @Override
  public HttpAnswer patch(ApiCall call) {
    long version = call.version();
    KeyPatch patch = patch(call.object(false));
    return guarded(() -> edited(editor.change(call.id(), present -> version(present) == version, patch), call, "change", key -> answer(200, key)));
  }

  private static KeyPatch patch(ObjectNode body) {
    var faults = new ArrayList<Fault>();
    var changes = new LinkedHashMap<String, Optional<String>>();
    for (var member : body.properties()) {
      String name = member.getKey();
      JsonNode value = member.getValue();
      if (FIXED.contains(name)) {
        faults.add(Fault.of(name, value.asString(""), "left out; it never changes"));
      } else if (!KeyPatch.NAMES.contains(name)) {
        faults.add(Fault.unknown(name, KeyPatch.NAMES));
      } else if (name.equals("status") && !List.of("active", "suspended").contains(value.asString(""))) {
        faults.add(Fault.of(name, value.asString(""), "active or suspended; POST .../revoke withdraws a key"));
      } else if (value.isNull()) {
        changes.put(name, Optional.empty());
      } else if (value.isArray() && value.valueStream().allMatch(JsonNode::isString)) {
        changes.put(name, Optional.of(KeyPatch.list(value.valueStream().map(JsonNode::stringValue).toList())));
      } else if (value.isString()) {
        changes.put(name, Optional.of(KeyPatch.text(value.stringValue())));
      } else if (value.isNumber()) {
        changes.put(name, Optional.of(value.asString()));
      } else {
        faults.add(Fault.of(name, "not understood", "text, a number or a list of names"));
      }
    }
    if (!faults.isEmpty()) {
      throw ProblemException.of(faults);
    }
    return new KeyPatch(changes);
  }

  /** What a change came to; {@code done} answers with the entry that the file has now. */
  private HttpAnswer edited(Edited edited, ApiCall call, String action, Function<KeyRecord, HttpAnswer> done) {
    return switch (edited) {
      case Edited.Done changed -> {
        log.info("admin actor={} action={} key={}", call.actor(), action, call.id());
        changes.keyChanged(changed.key().fingerprint());
        yield done.apply(changed.key());
      }
      case Edited.Unknown unknown -> Problem.of(404, "no such key");
      case Edited.Stale stale -> Replies.of(new Outcome.Stale(version(stale.present())));
      case Edited.Conflict conflict -> Problem.of(409, conflict.detail());
    };
  }

  @Override
  public HttpAnswer rotate(ApiCall call) {
    Duration overlap = Overlap.of(call.object(true));
    Optional<Long> version = call.http().fields().ifMatch().isPresent() ? Optional.of(call.version()) : Optional.empty();
    KeyMint.Minted minted = mint.mint();
    Instant now = wall.instant();
    return guarded(
        () ->
            edited(
                editor.rotate(call.id(), present -> version.isEmpty() || version.get() == version(present), minted, now, now.plus(overlap)),
                call,
                "rotate",
                key -> made(key, minted)));
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
          return revoked.map(record -> answer(200, record)).orElseGet(() -> Problem.of(404, "no such key"));
        });
  }

  private static ObjectNode json(KeyRecord key) {
    Entitlement entitlement = key.entitlement();
    ObjectNode json = RowJson.object();
    json.put("id", entitlement.keyId());
    key.prefix().ifPresent(prefix -> json.put("prefix", prefix));
    json.put("account", entitlement.account());
    Traits traits = entitlement.traits();
    traits.organisation().ifPresent(value -> json.put("organisation", value));
    traits.team().ifPresent(value -> json.put("team", value));
    traits.environment().ifPresent(value -> json.put("environment", value));
    traits.tier().ifPresent(value -> json.put("tier", value));
    traits.accountType().ifPresent(value -> json.put("account_type", value));
    traits.workloadTag().ifPresent(value -> json.put("workload_tag", value));
    Terms terms = entitlement.terms();
    terms.level().ifPresent(value -> json.put("level", value));
    terms.weight().ifPresent(value -> json.put("weight", value));
    terms.tokensPerSecond().ifPresent(value -> json.put("tokens_per_second", value));
    terms.requestsPerSecond().ifPresent(value -> json.put("requests_per_second", value));
    terms.maxDepth().ifPresent(value -> json.put("max_depth", value));
    terms.maxWait().ifPresent(value -> json.put("max_wait", value.toMillis() + "ms"));
    entitlement.models().stream().sorted().forEach(json.putArray("models")::add);
    entitlement.providers().stream().sorted().forEach(json.putArray("providers")::add);
    entitlement.expiresAt().ifPresent(end -> json.put("expires_at", end.toString()));
    json.put("status", entitlement.status().name().toLowerCase(Locale.ROOT));
    json.put("description", key.description().orElse(""));
    key.rotatedFrom().ifPresent(from -> json.put("rotated_from", from));
    return json;
  }

  /** The same for the same entry in every process, and another one for whatever it is changed to. */
  private static long version(KeyRecord key) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      digest.update(key.fingerprint().text().getBytes(StandardCharsets.US_ASCII));
      long bits = ByteBuffer.wrap(digest.digest(RowJson.write(json(key)))).getLong();
      return Math.floorMod(bits, VERSIONS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
