// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.gateway;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Looks up nginx and APISIX variables of one exchange. Not thread-safe; confined to the worker's event loop. */
final class Variables {
  private final GatewayRequest request;
  private final ResponseRecord response;
  private final String routeId;

  Variables(GatewayRequest request, ResponseRecord response, String routeId) {
    this.request = request;
    this.response = response;
    this.routeId = routeId;
  }

  /** A variable's value: a text, or a number where APISIX hands out numbers; empty when it has none. */
  Optional<Object> value(String name) {
    Optional<String> text = text(name);
    return text.isPresent() ? Optional.of(text.get()) : response.number(name).map(number -> number);
  }

  /** A variable's value as the runner and expressions get it. */
  Optional<String> asText(String name) {
    return value(name).map(Object::toString);
  }

  private Optional<String> text(String name) {
    if (name.startsWith("http_")) {
      return request.headerVariable(name.substring("http_".length()));
    }
    if (name.startsWith("sent_http_")) {
      return joined(response.sentHeaders(), name.substring("sent_http_".length()));
    }
    if (name.startsWith("upstream_http_")) {
      return joined(response.upstreamHeaders(), name.substring("upstream_http_".length()));
    }
    if (name.startsWith("arg_")) {
      return request.args().first(name.substring("arg_".length()));
    }
    return switch (name) {
      case "apisix_request_id", "request_id" -> Optional.of(request.id());
      case "args" -> present(request.args().encoded());
      case "consumer_name" -> present(request.consumer());
      case "content_length" -> request.headerVariable("content_length");
      case "content_type" -> request.headerVariable("content_type");
      case "host" -> present(request.hostName());
      case "method", "request_method" -> Optional.of(request.method());
      case "remote_addr" -> Optional.of(request.remoteText());
      case "request_uri" -> Optional.of(request.requestUri());
      case "route_id" -> present(routeId);
      case "scheme" -> Optional.of("http");
      case "uri" -> Optional.of(request.path());
      default -> response.text(name);
    };
  }

  /** The values of all headers of that name, in which dashes and underscores count as one, joined by a comma. */
  static Optional<String> joined(HttpHeaders headers, String name) {
    String wanted = normalised(name);
    StringBuilder out = new StringBuilder();
    boolean found = false;
    for (Map.Entry<String, String> header : headers) {
      if (normalised(header.getKey()).equals(wanted)) {
        out.append(found ? ", " : "").append(header.getValue());
        found = true;
      }
    }
    return found ? Optional.of(out.toString()) : Optional.empty();
  }

  private static String normalised(String name) {
    return name.toLowerCase(Locale.ROOT).replace('-', '_');
  }

  private static Optional<String> present(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(text);
  }
}
