// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admin.api;

import dev.sluice.plugin.http.HttpAnswer;
import dev.sluice.routing.config.Kind;
import dev.sluice.routing.config.Kinds;
import dev.sluice.routing.config.Place;
import dev.sluice.routing.config.Problems;
import dev.sluice.routing.config.YamlNode;
import dev.sluice.routing.registry.Entities;
import dev.sluice.routing.registry.Fault;
import dev.sluice.routing.registry.KeyRegistry;
import dev.sluice.routing.registry.Registry;
import dev.sluice.routing.registry.RowJson;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Keys in the database. */
final class DatabaseKeys implements KeyStores {
  private static final Kind<Duration> OVERLAP = Kinds.duration(Duration.ZERO, KeyRegistry.LONGEST_OVERLAP);
  private static final Duration USUAL_OVERLAP = Duration.ofHours(24);

  private final Registry registry;
  private final KeyRegistry keys;
  private final InstantSource wall;

  DatabaseKeys(Registry registry, KeyRegistry keys, InstantSource wall) {
    this.registry = registry;
    this.keys = keys;
    this.wall = wall;
  }

  @Override
  public HttpAnswer list(ApiCall call) {
    return Replies.of(registry.list(Entities.KEYS, ApiCall.page(call.query())));
  }

  @Override
  public HttpAnswer find(ApiCall call) {
    return Replies.of(registry.find(Entities.KEYS, call.id()));
  }

  @Override
  public HttpAnswer create(ApiCall call) {
    return made(keys.create(call.object(false), call.actor()));
  }

  @Override
  public HttpAnswer patch(ApiCall call) {
    return Replies.of(registry.patch(Entities.KEYS, call.id(), call.version(), call.object(false), call.actor()));
  }

  @Override
  public HttpAnswer rotate(ApiCall call) {
    Duration overlap = overlap(call.object(true));
    Optional<Long> version = call.http().fields().ifMatch().isPresent() ? Optional.of(call.version()) : Optional.empty();
    return made(keys.rotate(call.id(), overlap, version, wall.instant(), call.actor()));
  }

  private static Duration overlap(ObjectNode body) {
    List<Fault> unknown = body.propertyNames().stream().filter(name -> !name.equals("overlap")).map(name -> Fault.unknown(name, List.of("overlap"))).toList();
    if (!unknown.isEmpty()) {
      throw ProblemException.of(unknown);
    }
    JsonNode value = body.path("overlap");
    if (value.isMissingNode()) {
      return USUAL_OVERLAP;
    }
    var source = new Kind.Source("overlap", false, new Problems());
    return OVERLAP
        .read(new YamlNode.Scalar(value.isString() ? value.stringValue() : "", Place.DEFAULT), source)
        .orElseThrow(() -> ProblemException.of(List.of(Fault.of("overlap", value.asString(""), OVERLAP.expected()))));
  }

  @Override
  public HttpAnswer revoke(ApiCall call) {
    return Replies.of(keys.revoke(call.id(), wall.instant(), call.actor()));
  }

  private static HttpAnswer made(KeyRegistry.Made made) {
    return switch (made) {
      case KeyRegistry.Made.Failed failed -> Replies.of(failed.outcome());
      case KeyRegistry.Made.Key key -> {
        ObjectNode json = key.row().json();
        json.put("secret", key.minted().reveal());
        yield HttpAnswer.json(201, RowJson.write(json))
            .with("ETag", Replies.etag(key.row().version()))
            .with("Location", RowRoutes.location("/v1/keys", key.row().id()));
      }
    };
  }
}
