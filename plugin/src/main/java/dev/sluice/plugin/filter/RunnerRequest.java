// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.filter;

import dev.sluice.plugin.protocol.A6Message;
import dev.sluice.plugin.protocol.A6Reply.ExtraInfoQuery;
import dev.sluice.plugin.protocol.Bytes;
import dev.sluice.plugin.protocol.Field;
import dev.sluice.plugin.protocol.Headers;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apache.apisix.plugin.runner.HttpRequest;
import org.apache.apisix.plugin.runner.HttpResponse;
import org.apache.apisix.plugin.runner.filter.PluginFilter;
import org.jspecify.annotations.Nullable;

/**
 * A client's request as the filters see it: the SDK's request, plus what the protocol tells beyond it. Thread-safe.
 *
 * <p>All of it was copied out of the gateway's frame, so it can be kept and read at any time, after the call too.
 */
public final class RunnerRequest extends HttpRequest {
  private static final Method[] METHODS = Method.values();
  private static final int IPV4_BYTES = 4;
  private static final int IPV6_BYTES = 16;

  private final A6Message.HttpCall call;
  private final RunnerResponse response;
  private final ChainWalk walk;
  private final Map<Attribute<?>, Object> attributes = new ConcurrentHashMap<>(4);
  private volatile @Nullable Bytes body;

  @SuppressWarnings("NullAway") // the superclass is handed no table, and every method that would read it is overridden
  RunnerRequest(A6Message.HttpCall call, RunnerResponse response, ChainWalk walk) {
    super(null);
    this.call = call;
    this.response = response;
    this.walk = walk;
  }

  /** The request headers, names in lower case as APISIX passes them. */
  public Headers headers() {
    return call.headers();
  }

  /** The query arguments; one without a value has the empty string. */
  public Headers arguments() {
    return call.arguments();
  }

  /** The client's address; 0.0.0.0 if it came in over no network. */
  public InetAddress sourceAddress() {
    byte[] address = call.sourceAddress().array();
    try {
      boolean known = address.length == IPV4_BYTES || address.length == IPV6_BYTES;
      return InetAddress.getByAddress(known ? address : new byte[IPV4_BYTES]);
    } catch (UnknownHostException e) {
      throw new AssertionError("an address of 4 or 16 bytes", e);
    }
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

  /**
   * Asks the gateway for the request body. The consumer runs on this connection's event loop and must not block; it does not
   * run if the call ends first. Asking again fetches again: nothing is kept here.
   *
   * @param maxBytes a longer body is discarded as it arrives, never gathered
   */
  public void fetchBody(long maxBytes, Consumer<FetchedBody> consumer) {
    walk.fetchBody(new ExtraInfoQuery.RequestBody(), maxBytes, consumer);
  }

  /**
   * Asks the gateway for a variable, as {@link #fetchBody} does for the body.
   *
   * @param consumer gets the value; empty if there is no such variable or it is longer than 64 KiB
   */
  public void fetchVariable(String name, Consumer<Optional<byte[]>> consumer) {
    walk.fetchVariable(name, consumer);
  }

  /**
   * Runs a task if what the filters decide does not reach the gateway: the client left, a deadline passed, another filter
   * failed. It runs once, on this connection's event loop, at once if it has already come to that, and must not block.
   */
  public void onDisconnect(Runnable task) {
    walk.port().onUndelivered(task);
  }

  /** Whether a filter of this name stands behind the running one on this route. */
  public boolean isFollowedBy(String filterName) {
    return walk.isFollowedBy(filterName);
  }

  /** Leaves a value for later filters, in place of an earlier one. */
  public <T> void put(Attribute<T> attribute, T value) {
    attributes.put(attribute, value);
  }

  /** The value that a filter left. */
  public <T> Optional<T> get(Attribute<T> attribute) {
    return Optional.ofNullable(attributes.get(attribute)).map(attribute::cast);
  }

  /** Runs a task on this connection's event loop, at once if this is it. */
  public void execute(Runnable task) {
    walk.port().execute(task);
  }

  /** When the request had arrived, in nanoseconds of the runner's ticker. */
  public long receivedNanos() {
    return walk.port().receivedNanos();
  }

  /** The configuration string of a filter on this route; of several places it has, the one that is running. */
  @Override
  public @Nullable String getConfig(PluginFilter filter) {
    return walk.confOf(filter).orElse(null);
  }

  @Override
  public long getRequestId() {
    return call.id();
  }

  /** The client's address as text, IPv6 in its short form; {@code unix:} if it came in over no network. */
  @Override
  public String getSourceIP() {
    int bytes = call.sourceAddress().length();
    return bytes == IPV4_BYTES || bytes == IPV6_BYTES ? NetUtil.toAddressString(sourceAddress()) : "unix:";
  }

  /** The method; null if the SDK has no name for it. */
  @Override
  public @Nullable Method getMethod() {
    return call.method() < METHODS.length ? METHODS[call.method()] : null;
  }

  @Override
  public String getPath() {
    return call.path();
  }

  @Override
  public void setPath(String path) {
    response.setPath(path);
  }

  /** A copy, by name regardless of case, of each name's first value, which is the one APISIX goes by. */
  @Override
  public Map<String, String> getHeaders() {
    Map<String, String> copy = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (Field header : call.headers().fields()) {
      copy.putIfAbsent(header.name(), header.text());
    }
    return copy;
  }

  @Override
  public @Nullable String getHeader(String headerName) {
    return call.headers().first(headerName).orElse(null);
  }

  @Override
  public void setHeader(String headerKey, @Nullable String headerValue) {
    response.setReqHeader(headerKey, headerValue);
  }

  /** A copy of each name's first value. */
  @Override
  public Map<String, String> getArgs() {
    Map<String, String> copy = new HashMap<>();
    for (Field argument : call.arguments().fields()) {
      copy.putIfAbsent(argument.name(), argument.text());
    }
    return copy;
  }

  @Override
  public @Nullable String getArg(String argName) {
    return call.arguments().first(argName).orElse(null);
  }

  @Override
  public void setArg(String argKey, @Nullable String argValue) {
    response.setArg(argKey, argValue);
  }

  @Override
  public long getConfToken() {
    return call.confToken();
  }

  /** Does nothing: a request has its response and configuration from the start. */
  @Override
  public void initCtx(@Nullable HttpResponse response, @Nullable Map<String, String> config) {}

  @Override
  public @Nullable String getVars(String key) {
    return walk.variables().get(key);
  }

  @Override
  public void setVars(Map<String, String> vars) {
    walk.variables().putAll(vars);
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

  /** Changes what {@link #getBody} says to later filters; the gateway's body is changed on the response. */
  @Override
  public void setBody(String body) {
    setBody(body.getBytes(StandardCharsets.UTF_8));
  }

  /** As {@link #setBody(String)}. */
  @Override
  public void setBody(byte[] body) {
    keepBody(Bytes.of(body));
  }

  boolean hasBody() {
    return body != null;
  }

  void keepBody(Bytes fetched) {
    body = fetched;
  }
}
