// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.provider;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One answer in the making. Not thread-safe; confined to the provider's event loop. */
final class Generation implements BatchEngine.Progress {
  /** When the head was written, which is with the first chunk of a stream: microseconds since 1970. */
  private static final String WRITTEN_AT = "x-sim-written-at";

  private final ProviderSimulator simulator;
  private final Channel channel;
  private final Dialect dialect;
  private final SimRequest request;
  private final Optional<SimScript.Failure> failure;
  private final String id;
  private final boolean stream;
  private BatchEngine.@Nullable Sequence sequence;
  private int sent;
  private boolean over;

  Generation(
      ProviderSimulator simulator, Channel channel, Dialect dialect, SimRequest request,
      Optional<SimScript.Failure> failure) {
    this.simulator = simulator;
    this.channel = channel;
    this.dialect = dialect;
    this.request = request;
    this.failure = failure;
    this.id = simulator.nextId();
    this.stream = request.stream() && dialect.generates();
  }

  void start() {
    simulator.truth().begun();
    if (failure.isPresent() && failure.get() instanceof SimScript.Failure.SlowFirstByte(long delayMillis)) {
      simulator.loop().schedule(this::submit, delayMillis, TimeUnit.MILLISECONDS);
    } else {
      submit();
    }
  }

  private void submit() {
    if (!over) {
      int outputTokens = dialect.generates() ? request.outputTokens() : 0;
      sequence = simulator.submit(request.promptTokens(), outputTokens, this);
    }
  }

  /** The caller hung up: its place in the batch is free at once. */
  void callerGone() {
    if (!over) {
      over = true;
      simulator.truth().aborted();
      if (sequence != null) {
        simulator.cancel(sequence);
      }
    }
  }

  @Override
  public void promptRead(long atNanos) {
    simulator.truth().promptRead(request.promptTokens(), atNanos);
    if (!dialect.generates()) {
      finish();
    }
  }

  @Override
  public void token(long atNanos, boolean last) {
    simulator.truth().produced(atNanos);
    if (over || hangs()) {
      return;
    }
    if (stream) {
      if (sent == 0) {
        channel.write(head("text/event-stream"));
        dialect.opening(id, request).forEach(this::write);
      }
      write(dialect.token(id, request, sent));
      channel.flush();
      sent++;
      if (dropsHere()) {
        cutOff();
        return;
      }
    }
    if (last) {
      finish();
    }
  }

  private boolean hangs() {
    return failure.isPresent() && failure.get() instanceof SimScript.Failure.Hang;
  }

  private boolean dropsHere() {
    if (failure.isEmpty()) {
      return false;
    }
    return switch (failure.get()) {
      case SimScript.Failure.DropAfter(int tokens) -> sent == tokens;
      case SimScript.Failure.Truncate truncate -> sent == Math.max(1, request.outputTokens() / 2);
      case SimScript.Failure.Hang hang -> false;
      case SimScript.Failure.Reset reset -> false;
      case SimScript.Failure.SlowFirstByte slow -> false;
      case SimScript.Failure.Status status -> false;
    };
  }

  /** Ends the connection before the answer is whole. */
  private void cutOff() {
    over = true;
    simulator.truth().cutOff();
    if (sequence != null) {
      simulator.cancel(sequence);
    }
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
  }

  private void finish() {
    if (hangs()) {
      return;
    }
    if (stream) {
      dialect.closing(id, request).forEach(this::write);
    } else {
      ByteBuf body = Unpooled.copiedBuffer(dialect.json(id, request), StandardCharsets.UTF_8);
      HttpResponse head = head("application/json");
      head.headers().remove(HttpHeaderNames.TRANSFER_ENCODING);
      head.headers().set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
      channel.write(head);
      if (failure.isPresent() && failure.get() instanceof SimScript.Failure.Truncate) {
        channel.write(new DefaultHttpContent(body.readSlice(body.readableBytes() / 2)));
        cutOff();
        return;
      }
      channel.write(new DefaultHttpContent(body));
    }
    over = true;
    simulator.truth().completed(
        request.promptTokens() + (dialect.generates() ? (long) request.outputTokens() : 0));
    channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
  }

  private HttpResponse head(String contentType) {
    HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    head.headers().set(HttpHeaderNames.CONTENT_TYPE, contentType);
    head.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    head.headers().set("x-request-id", "req_" + id);
    head.headers().set(WRITTEN_AT, simulator.wallMicros());
    return head;
  }

  private void write(String text) {
    channel.write(new DefaultHttpContent(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8)));
  }
}
