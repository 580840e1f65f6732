// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.gateway;

import dev.sluice.t.gateway.RunnerAnswer.Field;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A request as the plugins see and change it. Not thread-safe; confined to the worker's event loop. */
final class GatewayRequest {
  private static final int MAX_HEADERS_FOR_RUNNER = 100;

  private final String id;
  private final String method;
  private final String requestUri;
  private final String path;
  private final HttpHeaders headers;
  private final byte[] remoteAddress;
  private final String remoteText;
  private QueryArgs args;
  private boolean argsChanged;
  private String rewrittenPath = "";
  private String host;
  private String consumer = "";
  private byte[] body = new byte[0];

  GatewayRequest(HttpRequest head, InetSocketAddress remote, InetSocketAddress local, String id) {
    this.id = id;
    this.method = head.method().name();
    this.requestUri = head.uri();
    int question = requestUri.indexOf('?');
    this.path = decodePath(question < 0 ? requestUri : requestUri.substring(0, question));
    this.args = QueryArgs.parse(question < 0 ? "" : requestUri.substring(question + 1));
    this.headers = DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
    this.headers.add(head.headers());
    this.host = head.headers().get(HttpHeaderNames.HOST, "");
    this.remoteAddress = remote.getAddress().getAddress();
    this.remoteText = remote.getAddress().getHostAddress();
    // APISIX sets these three before any plugin runs, so the runner sees them.
    headers.set("X-Forwarded-Proto", "http");
    headers.set("X-Forwarded-Host", host);
    headers.set("X-Forwarded-Port", Integer.toString(local.getPort()));
  }

  String id() {
    return id;
  }

  String method() {
    return method;
  }

  String requestUri() {
    return requestUri;
  }

  String path() {
    return path;
  }

  /** The path that the runner is told: the rewritten one if there is one. */
  String pathForRunner() {
    return rewrittenPath.isEmpty() ? path : rewrittenPath;
  }

  QueryArgs args() {
    return args;
  }

  HttpHeaders headers() {
    return headers;
  }

  byte[] remoteAddress() {
    return remoteAddress.clone();
  }

  String remoteText() {
    return remoteText;
  }

  String host() {
    return host;
  }

  void host(String newHost) {
    host = newHost;
  }

  /** The host without its port. */
  String hostName() {
    int colon = host.lastIndexOf(':');
    return colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
  }

  String consumer() {
    return consumer;
  }

  void consumer(String name) {
    consumer = name;
    headers.set("X-Consumer-Username", name);
  }

  byte[] body() {
    return body;
  }

  void body(byte[] bytes) {
    body = bytes;
  }

  /** Sends the request to another path, which may bring a query of its own. */
  void rewritePath(String newPath) {
    int question = newPath.indexOf('?');
    if (question >= 0) {
      args = QueryArgs.parse(newPath.substring(question + 1));
    }
    argsChanged = true;
    rewrittenPath = question < 0 ? newPath : newPath.substring(0, question);
  }

  /** Applies what the runner wants changed on the way upstream. */
  void apply(RunnerAnswer.Rewrite rewrite) {
    if (!rewrite.path().isEmpty()) {
      rewritePath(rewrite.path());
    }
    for (Field field : rewrite.headers()) {
      field.text().ifPresentOrElse(text -> headers.set(field.name(), text), () -> headers.remove(field.name()));
      if (field.name().toLowerCase(Locale.ROOT).equals("host")) {
        field.text().ifPresent(this::host);
      }
    }
    if (!rewrite.args().isEmpty()) {
      args.apply(rewrite.args());
      argsChanged = true;
    }
    if (rewrite.body().length() > 0) {
      body = rewrite.body().array();
      headers.set(HttpHeaderNames.CONTENT_LENGTH, body.length);
      headers.remove(HttpHeaderNames.TRANSFER_ENCODING);
    }
  }

  /** The request line's target on the way upstream: the client's own bytes unless something changed them. */
  String upstreamUri() {
    if (rewrittenPath.isEmpty() && !argsChanged) {
      return requestUri;
    }
    String rawPath = requestUri.split("\\?", 2)[0];
    String query = args.encoded();
    return (rewrittenPath.isEmpty() ? rawPath : encodePath(rewrittenPath)) + (query.isEmpty() ? "" : "?" + query);
  }

  /** Lower-case names, one entry a value, the first hundred. */
  List<Field> headersForRunner() {
    List<Field> out = new ArrayList<>();
    for (Map.Entry<String, String> header : headers) {
      if (out.size() == MAX_HEADERS_FOR_RUNNER) {
        break;
      }
      String name = A6Frames.headerName(header.getKey());
      out.add(Field.of(name, name.equals("host") ? host : header.getValue()));
    }
    return out;
  }

  /** {@code $http_*}: every header whose name is the same up to case, dashes and underscores, joined by a comma. */
  Optional<String> headerVariable(String name) {
    return Variables.joined(headers, name);
  }

  private static String decodePath(String raw) {
    try {
      return URLDecoder.decode(raw.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return raw;
    }
  }

  private static String encodePath(String path) {
    StringBuilder out = new StringBuilder();
    for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      boolean plain = c > ' ' && c < 0x7f && "\"#%<>?[\\]^`{|}".indexOf(c) < 0;
      out.append(plain ? String.valueOf(c) : String.format(Locale.ROOT, "%%%02X", (int) c));
    }
    return out.toString();
  }
}
