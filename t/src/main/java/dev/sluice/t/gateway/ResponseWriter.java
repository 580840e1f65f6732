// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.gateway;

import dev.sluice.t.gateway.RunnerAnswer.Field;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Writes one answer and keeps the record of it. Not thread-safe; confined to the worker's event loop. */
final class ResponseWriter {
  private static final String SERVER = "APISIX/3.18.0";

  /** Response headers that APISIX does not let the runner set on an admitted request. */
  private static final Set<String> NOT_BY_RUNNER = Set.of(
      "connection", "content-length", "transfer-encoding", "location", "server", "www-authenticate", "content-encoding",
      "content-type", "content-location", "content-language");

  private static final Set<String> NOT_FROM_UPSTREAM =
      Set.of("connection", "keep-alive", "transfer-encoding", "server", "date");

  private final ClientConnection client;
  private final ResponseRecord record;
  private final String date;
  private boolean headSent;

  ResponseWriter(ClientConnection client, ResponseRecord record, String date) {
    this.client = client;
    this.record = record;
    this.date = date;
  }

  /** An answer by the gateway or the runner; without a body, an error status gets nginx's page. */
  record Local(int status, List<Field> headers, Bytes body) {}

  boolean headSent() {
    return headSent;
  }

  /** Adds the runner's headers to whatever answer follows. */
  void runnerHeaders(List<Field> fields) {
    addAll(record.sentHeaders(), fields, NOT_BY_RUNNER);
  }

  void local(Local local) {
    HttpHeaders headers = base();
    addAll(headers, local.headers(), Set.of());
    byte[] body = local.body().array();
    if (body.length == 0 && local.status() >= 400) {
      body = Pages.error(local.status());
      headers.set(HttpHeaderNames.CONTENT_TYPE, "text/html; charset=utf-8");
      headers.set(HttpHeaderNames.CONTENT_LENGTH, body.length);
    }
    if (!headers.contains(HttpHeaderNames.CONTENT_TYPE)) {
      headers.set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8");
    }
    if (!headers.contains(HttpHeaderNames.CONTENT_LENGTH)) {
      headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    }
    head(local.status(), headers);
    if (body.length > 0) {
      content(Unpooled.wrappedBuffer(body));
    }
    client.sendLast();
  }

  /** Passes the upstream's head on, behind the headers that the runner set. */
  void proxiedHead(HttpResponse upstream, boolean bodiless) {
    HttpHeaders headers = base();
    for (Map.Entry<String, String> header : upstream.headers()) {
      if (!NOT_FROM_UPSTREAM.contains(header.getKey().toLowerCase(Locale.ROOT))) {
        headers.add(header.getKey(), header.getValue());
      }
    }
    int status = upstream.status().code();
    if (!headers.contains(HttpHeaderNames.CONTENT_LENGTH) && !bodiless && status != 204 && status != 304) {
      headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    }
    head(status, headers);
  }

  /** Passes a piece of the body on; takes over the buffer. */
  void content(ByteBuf bytes) {
    record.content(bytes);
    client.sendContent(bytes);
  }

  private void head(int status, HttpHeaders headers) {
    headSent = true;
    record.head(status, headers);
    client.sendHead(status, headers);
  }

  private HttpHeaders base() {
    HttpHeaders headers = DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
    headers.set(HttpHeaderNames.DATE, date);
    headers.set(HttpHeaderNames.SERVER, SERVER);
    headers.add(record.sentHeaders());
    return headers;
  }

  /** A name's first entry replaces what was there, later ones add to it; underscores become dashes, as in nginx's Lua. */
  private static void addAll(HttpHeaders headers, List<Field> fields, Set<String> except) {
    Set<String> seen = new HashSet<>();
    for (Field field : fields) {
      String name = field.name().toLowerCase(Locale.ROOT).replace('_', '-');
      if (except.contains(name)) {
        continue;
      }
      String value = field.text().orElse("");
      if (!seen.add(name)) {
        headers.add(name, value);
      } else if (field.text().isPresent()) {
        headers.set(name, value);
      } else {
        headers.remove(name);
      }
    }
  }
}
