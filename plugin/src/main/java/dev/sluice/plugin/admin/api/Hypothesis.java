// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admin.api;

import dev.sluice.plugin.dialect.PromptShape;
import dev.sluice.plugin.protocol.Field;
import dev.sluice.plugin.protocol.Headers;
import dev.sluice.routing.Entitlement;
import dev.sluice.routing.KeyStatus;
import dev.sluice.routing.Terms;
import dev.sluice.routing.Traits;
import dev.sluice.routing.registry.Fault;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The request that somebody asks about: a key that exists or an account that need not, and what would be sent. Immutable.
 *
 * @param key id of a key; empty where {@code caller} stands for one
 */
record Hypothesis(Optional<String> key, Optional<Entitlement> caller, PromptShape shape, Headers headers, InetAddress peer) {
  static final List<String> MEMBERS =
      List.of("key", "account", "traits", "level", "model", "service_tier", "headers", "peer", "prompt_tokens", "max_output_tokens", "stream");
  static final List<String> TRAITS = List.of("organisation", "team", "environment", "tier", "account_type", "workload_tag");

  private static final int MAX_HEADERS = 100;
  private static final long MAX_TOKENS = 1_000_000_000L;

  /** Reads one, or throws every fault of it. */
  static Hypothesis read(ObjectNode body) {
    var reader = new Reader(body);
    body.propertyNames().stream().filter(name -> !MEMBERS.contains(name)).forEach(name -> reader.faults.add(Fault.unknown(name, MEMBERS)));
    Optional<String> key = reader.text(body, "key");
    Optional<String> account = reader.text(body, "account");
    if (key.isPresent() == account.isPresent()) {
      reader.faults.add(Fault.of("key", key.isPresent() ? "beside account" : "missing", "the id of a key, or account and traits"));
    }
    Traits traits = reader.traits();
    OptionalLong level = reader.number("level", 99);
    PromptShape shape =
        new PromptShape(
            reader.text(body, "model").orElse(""),
            body.path("stream").asBoolean(false),
            false,
            reader.number("prompt_tokens", MAX_TOKENS).orElse(0),
            reader.number("max_output_tokens", MAX_TOKENS),
            1,
            1,
            reader.text(body, "service_tier"),
            false,
            false);
    Headers headers = reader.headers();
    InetAddress peer = reader.peer();
    if (!reader.faults.isEmpty()) {
      throw ProblemException.of(reader.faults);
    }
    Terms terms = Terms.ofLevel(level.isPresent() ? OptionalInt.of((int) level.getAsLong()) : OptionalInt.empty());
    Optional<Entitlement> caller =
        account.map(name -> new Entitlement("hypothetical", name, traits, terms, Set.of(), Set.of(), Optional.empty(), KeyStatus.ACTIVE));
    return new Hypothesis(key, caller, shape, headers, peer);
  }

  /** Gathers faults while members are read. */
  private static final class Reader {
    private final ObjectNode body;
    private final List<Fault> faults = new ArrayList<>();

    private Reader(ObjectNode body) {
      this.body = body;
    }

    private Optional<String> text(ObjectNode object, String name) {
      JsonNode value = object.path(name);
      if (value.isMissingNode() || value.isNull()) {
        return Optional.empty();
      }
      if (!value.isString() || value.stringValue().isBlank() || value.stringValue().length() > 256) {
        faults.add(Fault.of(name, value.asString(""), "text of 1 to 256 characters"));
        return Optional.empty();
      }
      return Optional.of(value.stringValue());
    }

    private OptionalLong number(String name, long max) {
      JsonNode value = body.path(name);
      if (value.isMissingNode() || value.isNull()) {
        return OptionalLong.empty();
      }
      if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0 || value.longValue() > max) {
        faults.add(Fault.of(name, value.isNumber() ? value.toString() : value.asString(""), "a whole number from 0 to " + max));
        return OptionalLong.empty();
      }
      return OptionalLong.of(value.longValue());
    }

    private Traits traits() {
      JsonNode value = body.path("traits");
      if (!(value instanceof ObjectNode traits)) {
        if (!value.isMissingNode() && !value.isNull()) {
          faults.add(Fault.of("traits", value.asString(""), "an object"));
        }
        return Traits.NONE;
      }
      traits.propertyNames().stream().filter(name -> !TRAITS.contains(name)).forEach(name -> faults.add(Fault.unknown("traits." + name, TRAITS)));
      return new Traits(
          text(traits, "organisation"), text(traits, "team"), text(traits, "environment"), text(traits, "tier"), text(traits, "account_type"), text(traits, "workload_tag"));
    }

    private Headers headers() {
      JsonNode value = body.path("headers");
      if (value.isMissingNode() || value.isNull()) {
        return Headers.none();
      }
      if (!value.isObject() || value.size() > MAX_HEADERS) {
        faults.add(Fault.of("headers", value.asString(""), "an object of at most " + MAX_HEADERS + " names with texts or lists of texts"));
        return Headers.none();
      }
      var fields = new ArrayList<Field>();
      for (var header : value.properties()) {
        List<JsonNode> values = header.getValue().isArray() ? header.getValue().valueStream().toList() : List.of(header.getValue());
        for (JsonNode one : values) {
          if (one.isString()) {
            fields.add(new Field(header.getKey(), one.stringValue()));
          } else {
            faults.add(Fault.of("headers." + header.getKey(), "no text", "text, or a list of texts"));
          }
        }
      }
      return Headers.of(fields);
    }

    /** Only addresses as digits: a name would be looked up. */
    private InetAddress peer() {
      String text = text(body, "peer").orElse("127.0.0.1");
      try {
        if (text.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")) {
          return InetAddress.getByName(text);
        }
      } catch (UnknownHostException e) {
        // Said below, together with names.
      }
      faults.add(Fault.of("peer", text, "an IPv4 or IPv6 address"));
      return InetAddress.getLoopbackAddress();
    }
  }
}
