// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What the log phase can tell about an answer. Not thread-safe; confined to the worker's event loop. */
final class ResponseRecord {
  private final int maxBodyBytes;
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private final HttpHeaders sentHeaders = headers();
  private final HttpHeaders upstreamHeaders = headers();
  private int status = 499;
  private boolean complete;
  private long bodyBytesSent;
  private long headerBytesSent;
  private long requestNanos;
  private String upstreamAddress = "";
  private String upstreamStatus = "";
  private long upstreamHeaderNanos;
  private long upstreamNanos;

  /** Keeps the first {@code maxBodyBytes} of the body; 0 keeps none. */
  ResponseRecord(int maxBodyBytes) {
    this.maxBodyBytes = maxBodyBytes;
  }

  private static HttpHeaders headers() {
    return DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
  }

  HttpHeaders sentHeaders() {
    return sentHeaders;
  }

  HttpHeaders upstreamHeaders() {
    return upstreamHeaders;
  }

  void head(int sentStatus, HttpHeaders headers) {
    status = sentStatus;
    sentHeaders.set(headers);
  }

  void content(ByteBuf bytes) {
    int room = Math.min(bytes.readableBytes(), maxBodyBytes - body.size());
    if (room > 0) {
      byte[] copy = new byte[room];
      bytes.getBytes(bytes.readerIndex(), copy);
      body.writeBytes(copy);
    }
  }

  void upstream(String address) {
    upstreamAddress = address;
  }

  void upstreamHead(int code, HttpHeaders headers, long headerNanos) {
    upstreamStatus = Integer.toString(code);
    upstreamHeaders.set(headers);
    upstreamHeaderNanos = headerNanos;
  }

  void upstreamEnd(long nanos) {
    upstreamNanos = nanos;
  }

  /** Closes the record; without completion there is neither a completion mark nor a body. */
  void end(boolean completed, long headerBytes, long bodyBytes, long nanos) {
    complete = completed;
    headerBytesSent = headerBytes;
    bodyBytesSent = bodyBytes;
    requestNanos = nanos;
  }

  Optional<String> text(String name) {
    return switch (name) {
      case "body_bytes_sent" -> Optional.of(Long.toString(bodyBytesSent));
      case "bytes_sent" -> Optional.of(Long.toString(headerBytesSent + bodyBytesSent));
      case "request_completion" -> Optional.of(complete ? "OK" : "");
      case "resp_body" -> Optional.of(complete ? body.toString(StandardCharsets.UTF_8) : "");
      case "upstream_addr" -> upstreamAddress.isEmpty() ? Optional.empty() : Optional.of(upstreamAddress);
      case "upstream_status" -> upstreamStatus.isEmpty() ? Optional.empty() : Optional.of(upstreamStatus);
      default -> Optional.empty();
    };
  }

  Optional<Number> number(String name) {
    return switch (name) {
      case "status" -> Optional.of(status);
      case "request_time" -> Optional.of(seconds(requestNanos));
      case "upstream_header_time" ->
          upstreamStatus.isEmpty() ? Optional.empty() : Optional.of(seconds(upstreamHeaderNanos));
      case "upstream_response_time" ->
          upstreamAddress.isEmpty() ? Optional.empty() : Optional.of(seconds(upstreamNanos));
      default -> Optional.empty();
    };
  }

  /** Seconds to the millisecond; a whole number of them has no fraction in JSON. */
  private static Number seconds(long nanos) {
    long millis = nanos / 1_000_000;
    if (millis % 1000 == 0) {
      return millis / 1000;
    }
    return millis / 1000.0;
  }
}
