// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.filter;

import dev.sluice.plugin.protocol.A6Message;
import dev.sluice.plugin.protocol.A6Reply.ExtraInfoQuery;
import dev.sluice.plugin.protocol.Bytes;
import dev.sluice.plugin.protocol.Field;
import dev.sluice.plugin.protocol.Headers;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.apisix.plugin.runner.PostRequest;
import org.apache.apisix.plugin.runner.filter.PluginFilter;
import org.jspecify.annotations.Nullable;

/**
 * An upstream's response as the filters see it: the SDK's post request, plus what the protocol tells beyond it. Thread-safe.
 *
 * <p>All of it was copied out of the gateway's frame, so it can be kept and read at any time, after the call too.
 */
public final class RunnerPostRequest extends PostRequest {
  private final A6Message.RespCall call;
  private final ChainWalk walk;
  private volatile @Nullable Bytes body;

  @SuppressWarnings("NullAway") // the superclass is handed no table, and every method that would read it is overridden
  RunnerPostRequest(A6Message.RespCall call, ChainWalk walk) {
    super(null);
    this.call = call;
    this.walk = walk;
  }

  /** The upstream's response headers. */
  public Headers headers() {
    return call.headers();
  }

  /**
   * What the running filter's {@link EventLoopFilter#configure} made of its configuration on this route.
   *
   * @throws IllegalStateException if the running filter has no such configuration
   */
  public <C> C conf(Class<C> type) {
    return type.cast(
        walk.link()
            .parsed()
            .orElseThrow(() -> new IllegalStateException("conf: none (expected: an EventLoopFilter)")));
  }

  /** Asks the gateway for the response body, as {@link RunnerRequest#fetchBody} does for the request's. */
  public void fetchBody(long maxBytes, Consumer<FetchedBody> consumer) {
    walk.fetchBody(new ExtraInfoQuery.ResponseBody(), maxBytes, consumer);
  }

  /** Asks the gateway for a variable, as {@link RunnerRequest#fetchVariable} does. */
  public void fetchVariable(String name, Consumer<Optional<byte[]>> consumer) {
    walk.fetchVariable(name, consumer);
  }

  /** Runs a task if the filters' reply does not reach the gateway, as {@link RunnerRequest#onDisconnect} does. */
  public void onDisconnect(Runnable task) {
    walk.port().onUndelivered(task);
  }

  /** Runs a task on this connection's event loop, at once if this is it. */
  public void execute(Runnable task) {
    walk.port().execute(task);
  }

  /** When the call had arrived, in nanoseconds of the runner's ticker. */
  public long receivedNanos() {
    return walk.port().receivedNanos();
  }

  @Override
  public long getConfToken() {
    return call.confToken();
  }

  @Override
  public long getRequestId() {
    return call.id();
  }

  /** Does nothing: a request has its configuration from the start. */
  @Override
  public void initCtx(@Nullable Map<String, String> config) {}

  /** The configuration string of a filter on this route; of several places it has, the one that is running. */
  @Override
  public @Nullable String getConfig(PluginFilter filter) {
    return walk.confOf(filter).orElse(null);
  }

  /** A copy, by name regardless of case, of each name's first value. */
  @Override
  public Map<String, String> getUpstreamHeaders() {
    Map<String, String> copy = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (Field header : call.headers().fields()) {
      copy.putIfAbsent(header.name(), header.text());
    }
    return copy;
  }

  @Override
  public Integer getUpstreamStatusCode() {
    return call.status();
  }

  /** The body, if a filter up to here requires it; the empty string if there is none or it was not asked for. */
  @Override
  public String getBody() {
    return getBody(StandardCharsets.UTF_8);
  }

  @Override
  public String getBody(Charset charset) {
    Bytes present = body;
    return present == null ? "" : new String(present.array(), charset);
  }

  /** Changes what {@link #getBody} says to later filters. */
  @Override
  public void setBody(String body) {
    setBody(body.getBytes(StandardCharsets.UTF_8));
  }

  /** As {@link #setBody(String)}. */
  @Override
  public void setBody(byte[] body) {
    keepBody(Bytes.of(body));
  }

  @Override
  public @Nullable String getVars(String key) {
    return walk.variables().get(key);
  }

  @Override
  public void setVars(Map<String, String> vars) {
    walk.variables().putAll(vars);
  }

  boolean hasBody() {
    return body != null;
  }

  void keepBody(Bytes fetched) {
    body = fetched;
  }
}
