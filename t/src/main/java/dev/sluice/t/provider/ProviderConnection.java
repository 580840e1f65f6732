// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.provider;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** One connection to the provider. Not thread-safe; confined to the provider's event loop. */
final class ProviderConnection extends SimpleChannelInboundHandler<FullHttpRequest> {
  private static final int MAX_SEEN_BODY_BYTES = 64 << 10;

  private final ProviderSimulator simulator;
  private final Channel channel;
  private @Nullable Generation generation;

  ProviderConnection(ProviderSimulator simulator, Channel channel) {
    this.simulator = simulator;
    this.channel = channel;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
    String path = request.uri().split("\\?", 2)[0];
    if (path.startsWith("/sim/")) {
      control(path, request);
      return;
    }
    simulator.truth().saw(new SeenRequest(
        request.method().name(), request.uri(), request.headers().entries(),
        request.content().toString(
            request.content().readerIndex(), Math.min(MAX_SEEN_BODY_BYTES, request.content().readableBytes()),
            StandardCharsets.UTF_8)));
    Optional<Dialect> dialect = Dialect.at(path);
    if (!authorized(request)) {
      simulator.truth().unauthorized();
      reply(401, dialect.map(d -> d.error(401, "bad key")).orElse(Json.openAiError(401, "bad key")));
    } else if (path.equals("/v1/models")) {
      reply(200, models());
    } else if (dialect.isEmpty()) {
      reply(404, Json.openAiError(404, "no such path"));
    } else {
      generate(dialect.get(), request);
    }
  }

  private void generate(Dialect dialect, FullHttpRequest request) {
    SimRequest wanted;
    try {
      JsonNode body = Json.read(ByteBufUtil.getBytes(request.content()));
      Optional<ContextWindow> context = simulator.context();
      int exactTokens = context.map(window -> window.promptTokens(body)).orElse(0);
      Optional<String> refusal = context.flatMap(window -> window.refusal(body, exactTokens));
      if (refusal.isPresent()) {
        simulator.truth().refused();
        reply(400, dialect.error(400, refusal.get()));
        return;
      }
      wanted = SimRequest.read(body, request.headers().get("x-sim-output", ""), exactTokens);
    } catch (JacksonException | NumberFormatException e) {
      reply(400, dialect.error(400, "not JSON"));
      return;
    }
    Optional<SimScript.Failure> failure = simulator.nextFailure();
    if (failure.isPresent() && failure.get() instanceof SimScript.Failure.Status(int status, int retryAfterSeconds)) {
      reply(status, dialect.error(status, "scripted"), retryAfterSeconds);
    } else if (failure.isPresent() && failure.get() instanceof SimScript.Failure.Reset) {
      // With a linger of zero the kernel answers the peer with a reset instead of an orderly end.
      channel.config().setOption(ChannelOption.SO_LINGER, 0);
      channel.close();
    } else {
      Generation started = new Generation(simulator, channel, dialect, wanted, failure);
      generation = started;
      started.start();
    }
  }

  private boolean authorized(FullHttpRequest request) {
    String key = simulator.options().apiKey();
    return key.isEmpty()
        || ("Bearer " + key).equals(request.headers().get(HttpHeaderNames.AUTHORIZATION))
        || key.equals(request.headers().get("x-api-key"));
  }

  private String models() {
    List<?> data = simulator.options().models().stream()
        .map(id -> Json.object("id", id, "object", "model", "created", 1, "owned_by", "sim"))
        .toList();
    return Json.write(Json.object("object", "list", "data", data));
  }

  private void control(String path, FullHttpRequest request) {
    if (path.startsWith("/sim/probe/")) {
      reply(200, "{}");
      return;
    }
    try {
      switch (path) {
        case "/sim/state" -> reply(200, Json.write(simulator.state()));
        case "/sim/requests" -> reply(200, Json.write(simulator.requests()));
        case "/sim/reset" -> {
          simulator.reset();
          reply(200, "{}");
        }
        case "/sim/speed" -> {
          simulator.slowDown(Json.read(ByteBufUtil.getBytes(request.content())).path("slowdown").asInt(1));
          reply(200, "{}");
        }
        case "/sim/scripts/clear" -> {
          simulator.clearScripts();
          reply(200, "{}");
        }
        case "/sim/script" -> {
          SimScript script = SimScript.read(Json.read(ByteBufUtil.getBytes(request.content())));
          simulator.script(script.failure(), script.times());
          reply(200, "{}");
        }
        default -> reply(404, "{}");
      }
    } catch (JacksonException | IllegalArgumentException e) {
      reply(400, Json.write(Json.object("error", e.getMessage())));
    }
  }

  private void reply(int status, String body) {
    reply(status, body, 0);
  }

  private void reply(int status, String body, int retryAfterSeconds) {
    DefaultFullHttpResponse response = new DefaultFullHttpResponse(
        HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status),
        Unpooled.copiedBuffer(body, StandardCharsets.UTF_8));
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, "application/json");
    response.headers().set(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes());
    if (retryAfterSeconds > 0) {
      response.headers().set(HttpHeaderNames.RETRY_AFTER, retryAfterSeconds);
    }
    channel.writeAndFlush(response);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (generation != null) {
      generation.callerGone();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    channel.close();
  }
}
