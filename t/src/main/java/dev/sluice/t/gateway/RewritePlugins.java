// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.gateway;

import dev.sluice.t.gateway.RunnerAnswer.Field;
import dev.sluice.t.gateway.config.Plugin;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The rewrite-phase plugins that answer at once. Not thread-safe; confined to the worker's event loop. */
final class RewritePlugins {
  private final GatewayRequest request;
  private final Map<String, String> consumers;

  RewritePlugins(GatewayRequest request, Map<String, String> consumers) {
    this.request = request;
    this.consumers = consumers;
  }

  /** Runs one plugin; an answer ends the request. */
  Optional<ResponseWriter.Local> run(Plugin.Rewrite plugin) {
    return switch (plugin) {
      case Plugin.KeyAuth auth -> authenticate(auth);
      case Plugin.ProxyRewrite rewrite -> {
        rewrite(rewrite);
        yield Optional.empty();
      }
      // The body's size was checked while it was read.
      case Plugin.ClientControl control -> Optional.empty();
      case Plugin.LimitConn limit -> Optional.empty();
      case Plugin.ExtPluginPreReq asked -> throw new IllegalArgumentException("the runner does not answer at once");
    };
  }

  private Optional<ResponseWriter.Local> authenticate(Plugin.KeyAuth auth) {
    String header = request.headers().get(auth.header());
    Optional<String> key = header != null ? Optional.of(header) : request.args().first(auth.query());
    if (key.isEmpty()) {
      return Optional.of(unauthorized("Missing API key in request"));
    }
    String consumer = consumers.get(key.get());
    if (consumer == null) {
      return Optional.of(unauthorized("Invalid API key in request"));
    }
    if (auth.hideCredentials()) {
      request.headers().remove(auth.header());
      request.args().remove(auth.query());
    }
    request.consumer(consumer);
    return Optional.empty();
  }

  private static ResponseWriter.Local unauthorized(String message) {
    List<Field> headers = List.of(Field.of("WWW-Authenticate", "apikey realm=\"key\""));
    return new ResponseWriter.Local(401, headers, Bytes.wrap(Pages.json("message", message)));
  }

  private void rewrite(Plugin.ProxyRewrite rewrite) {
    rewrite.set().forEach((name, value) -> request.headers().set(name, value));
    rewrite.add().forEach((name, value) -> request.headers().add(name, value));
    rewrite.remove().forEach(name -> request.headers().remove(name));
    if (!rewrite.uri().isEmpty()) {
      request.rewritePath(rewrite.uri());
    }
    if (!rewrite.host().isEmpty()) {
      request.host(rewrite.host());
    }
  }
}
