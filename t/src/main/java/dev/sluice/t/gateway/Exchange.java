// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.gateway;

import dev.sluice.t.gateway.config.Plugin;
import dev.sluice.t.gateway.config.Route;
import dev.sluice.t.gateway.config.Upstream;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request and its answer, from the first header to the log phase. Not thread-safe; confined to the worker's event loop.
 *
 * <p>The phases are APISIX's: rewrite (the plugins in the order of their priority, the runner among them), access ({@code
 * traffic-split}), proxying, log. The log phase runs exactly once, whatever happened before.
 */
final class Exchange implements RunnerCall.Subject, UpstreamCall.Listener {
  private static final Logger log = LoggerFactory.getLogger(Exchange.class);

  private final Worker worker;
  private final ClientConnection client;
  private final GatewayRequest request;
  private final Optional<Route> route;
  private final long confVersion;
  private final int maxPendingEvents;
  private final long startNanos;
  private final ResponseRecord record;
  private final ResponseWriter response;
  private final Variables variables;
  private final RewritePlugins plugins;
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private @Nullable RunnerCall runnerCall;
  private @Nullable UpstreamCall upstreamCall;
  private long proxyStartNanos;
  private boolean finished;
  private boolean entered;

  Exchange(Worker worker, ClientConnection client, HttpRequest head) {
    this.worker = worker;
    this.client = client;
    this.startNanos = worker.nowNanos();
    this.request = new GatewayRequest(
        head,
        (InetSocketAddress) client.channel().remoteAddress(),
        (InetSocketAddress) client.channel().localAddress(),
        worker.requestId());
    this.route = worker.config().route(request.method(), request.hostName(), request.path());
    this.confVersion = worker.config().version();
    this.maxPendingEvents = worker.config().maxPendingEvents();
    this.record = new ResponseRecord(route.stream()
        .flatMap(r -> r.loggers().stream())
        .filter(Plugin.HttpLogger::includeRespBody)
        .mapToInt(Plugin.HttpLogger::maxRespBodyBytes)
        .max()
        .orElse(0));
    this.response = new ResponseWriter(client, record, worker.date());
    this.variables = new Variables(request, record, route.map(Route::id).orElse(""));
    this.plugins = new RewritePlugins(request, worker.config().consumers());
  }

  @Override
  public GatewayRequest request() {
    return request;
  }

  @Override
  public Optional<String> variable(String name) {
    return variables.asText(name);
  }

  /** Looks at the headers: refuses what can be refused before the body is read. */
  void begin() {
    if (route.isEmpty()) {
      respond(new ResponseWriter.Local(404, List.of(), Bytes.wrap(Pages.json("error_msg", "404 Route Not Found"))));
      return;
    }
    String length = request.headers().get(HttpHeaderNames.CONTENT_LENGTH, "0");
    // A longer number than this is no length that any limit allows; the codec has refused what is no number.
    if (length.length() > 18 || Long.parseLong(length) > maxBodyBytes()) {
      respondPage(413);
    }
  }

  /** A piece of the request body; the last one starts the plugins. */
  void requestContent(ByteBuf bytes, boolean last) {
    if (finished) {
      return;
    }
    if (body.size() + (long) bytes.readableBytes() > maxBodyBytes()) {
      respondPage(413);
      return;
    }
    byte[] copy = new byte[bytes.readableBytes()];
    bytes.getBytes(bytes.readerIndex(), copy);
    body.writeBytes(copy);
    if (last) {
      request.body(body.toByteArray());
      route.ifPresent(r -> rewrite(r, 0));
    }
  }

  private long maxBodyBytes() {
    return route.stream()
        .flatMap(r -> r.rewrite().stream())
        .mapToLong(p -> p instanceof Plugin.ClientControl c && c.maxBodyBytes() > 0 ? c.maxBodyBytes() : Long.MAX_VALUE)
        .min()
        .orElse(Long.MAX_VALUE);
  }

  private void rewrite(Route on, int first) {
    for (int i = first; i < on.rewrite().size(); i++) {
      Plugin.Rewrite plugin = on.rewrite().get(i);
      if (plugin instanceof Plugin.ExtPluginPreReq ask) {
        int next = i + 1;
        // The key names the route, the plugin and the version of the configuration, so that it is idempotent.
        String key = "route#" + on.id() + "#ext-plugin-pre-req#" + confVersion;
        runnerCall = new RunnerCall(worker.runner(), key, ask, this, answer -> answered(on, ask, next, answer));
        runnerCall.start();
        return;
      }
      if (plugin instanceof Plugin.LimitConn limit) {
        if (!worker.enter(on.id(), limit.most())) {
          respondPage(limit.rejectedCode());
          return;
        }
        entered = true;
      }
      Optional<ResponseWriter.Local> refusal = plugins.run(plugin);
      if (refusal.isPresent()) {
        respond(refusal.get());
        return;
      }
    }
    proxy(on);
  }

  private void answered(Route on, Plugin.ExtPluginPreReq plugin, int next, RunnerAnswer answer) {
    runnerCall = null;
    if (finished) {
      return;
    }
    switch (answer) {
      case RunnerAnswer.Continue go -> rewrite(on, next);
      case RunnerAnswer.Rewrite change -> {
        request.apply(change);
        response.runnerHeaders(change.respHeaders());
        rewrite(on, next);
      }
      case RunnerAnswer.Stop(int status, List<RunnerAnswer.Field> headers, Bytes content) ->
          respond(new ResponseWriter.Local(status, headers, content));
      case RunnerAnswer.Failed(String reason) -> {
        log.error("route={} runner call failed: {}", on.id(), reason);
        if (plugin.allowDegradation()) {
          rewrite(on, next);
        } else {
          respondPage(503);
        }
      }
    }
  }

  private void proxy(Route on) {
    Upstream upstream = TrafficSplits.choose(on, variables, worker.roundRobins());
    Upstream.Node node = worker.roundRobins().pick(upstream.nodes(), Upstream.Node::weight);
    String host = switch (upstream.host()) {
      case Upstream.HostRule.Pass pass -> request.host();
      case Upstream.HostRule.NodeAddress address -> node.address();
      case Upstream.HostRule.Rewrite(String always) -> always;
    };
    proxyStartNanos = worker.nowNanos();
    record.upstream(node.address());
    upstreamCall = new UpstreamCall(worker.upstreams(), node, upstream.timeout(), this);
    upstreamCall.start(request, host);
  }

  @Override
  public void upstreamHead(HttpResponse head) {
    record.upstreamHead(head.status().code(), head.headers(), worker.nowNanos() - proxyStartNanos);
    response.proxiedHead(head, request.method().equals("HEAD"));
  }

  @Override
  public void upstreamContent(ByteBuf bytes) {
    response.content(bytes.retainedDuplicate());
  }

  @Override
  public void upstreamEnd() {
    upstreamCall = null;
    client.sendLast();
    finish(true);
  }

  @Override
  public void upstreamFailed(int status) {
    upstreamCall = null;
    if (response.headSent()) {
      finish(false);
    } else {
      record.upstreamHead(status, record.upstreamHeaders().copy(), 0);
      respondPage(status);
    }
  }

  /** The client can take more, or no more for now. */
  void clientWritable(boolean writable) {
    if (upstreamCall != null) {
      upstreamCall.reading(writable);
    }
  }

  /** The client is gone: hangs up on whoever works for it. */
  void clientGone() {
    if (runnerCall != null) {
      runnerCall.abort();
    }
    if (upstreamCall != null) {
      upstreamCall.abort();
    }
    finish(false);
  }

  private void respondPage(int status) {
    respond(new ResponseWriter.Local(status, List.of(), Bytes.NONE));
  }

  private void respond(ResponseWriter.Local local) {
    response.local(local);
    finish(true);
  }

  private void finish(boolean complete) {
    if (finished) {
      return;
    }
    finished = true;
    long nowNanos = worker.nowNanos();
    if (proxyStartNanos != 0) {
      record.upstreamEnd(nowNanos - proxyStartNanos);
    }
    record.end(complete, client.headerBytesSent(), client.bodyBytesSent(), nowNanos - startNanos);
    client.exchangeEnded(complete, () -> route.ifPresent(this::logPhase));
  }

  private void logPhase(Route on) {
    if (entered) {
      worker.leave(on.id());
    }
    on.loggers().forEach(logger -> worker.events().send(logger, variables, on.id(), maxPendingEvents));
  }
}
