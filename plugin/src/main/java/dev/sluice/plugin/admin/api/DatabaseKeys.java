// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admin.api;

import dev.sluice.plugin.http.HttpAnswer;
import dev.sluice.routing.registry.Entities;
import dev.sluice.routing.registry.KeyRegistry;
import dev.sluice.routing.registry.Registry;
import dev.sluice.routing.registry.RowJson;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** Keys in the database. */
final class DatabaseKeys implements KeyStores {
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
    Duration overlap = Overlap.of(call.object(true));
    Optional<Long> version = call.http().fields().ifMatch().isPresent() ? Optional.of(call.version()) : Optional.empty();
    return made(keys.rotate(call.id(), overlap, version, wall.instant(), call.actor()));
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
