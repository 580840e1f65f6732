// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.filter;

import dev.sluice.plugin.protocol.A6Reply.ExtraInfoQuery;
import dev.sluice.plugin.protocol.Bytes;
import dev.sluice.plugin.protocol.Frame;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apache.apisix.plugin.runner.filter.PluginFilter;

/**
 * One call on its way along a route: each filter runs on the thread it needs, after what it requires was fetched. Thread-safe.
 *
 * <p>A filter goes on through its {@link RunnerChain}, now or later, from any thread. One that returns without going on, but
 * has stopped the request while it ran, has decided. One that throws has failed. Once the call has its outcome no further
 * filter starts.
 */
public abstract sealed class ChainWalk permits RequestWalk, ResponseWalk {
  private static final int MAX_VARIABLE_BYTES = 64 << 10;

  private final FilterRoute.Ready route;
  private final CallPort port;
  private final Map<String, String> variables = new ConcurrentHashMap<>(2);
  private volatile int current;

  ChainWalk(FilterRoute.Ready route, CallPort port) {
    this.route = route;
    this.port = port;
  }

  /** Starts with the first filter. */
  public final void start() {
    step(0);
  }

  /** Whether the filters have stopped the call, decided or not. */
  public abstract boolean stopped();

  abstract boolean stoppedHere();

  /** Whether the filter has code for this side of a call; one without is passed by. */
  abstract boolean concerns(HostedFilter link);

  abstract void apply(HostedFilter link, RunnerChain next);

  abstract boolean needsBody(HostedFilter link);

  abstract ExtraInfoQuery bodyQuery();

  abstract void bodyFetched(Bytes body);

  final void step(int index) {
    if (port.over()) {
      return;
    }
    if (stopped() || index == route.links().size()) {
      port.decided();
      return;
    }
    HostedFilter link = route.links().get(index);
    if (!concerns(link)) {
      step(index + 1);
      return;
    }
    if (link.needs().variables().isEmpty() && !needsBody(link)) {
      dispatch(index, link);
    } else {
      fetchVariables(index, link, link.needs().variables().iterator());
    }
  }

  final void repeated() {
    port.repeatIgnored();
  }

  final CallPort port() {
    return port;
  }

  /** The filter whose turn it is. */
  final HostedFilter link() {
    return route.links().get(current);
  }

  /** Whether a filter of this name stands behind the one whose turn it is. */
  final boolean isFollowedBy(String filterName) {
    return route.links().stream().skip(current + 1L).anyMatch(link -> link.name().equals(filterName));
  }

  /** The configuration string of a filter: its own place on the route while it runs, else the first place it has. */
  @SuppressWarnings("ReferenceEquality") // a filter is the object itself, whatever its equals says
  final Optional<String> confOf(PluginFilter filter) {
    if (route.links().isEmpty()) {
      return Optional.empty();
    }
    HostedFilter running = link();
    if (running.filter() == filter) {
      return Optional.of(running.conf());
    }
    return route.links().stream().filter(link -> link.filter() == filter).map(HostedFilter::conf).findFirst();
  }

  final Map<String, String> variables() {
    return variables;
  }

  final void fetchBody(ExtraInfoQuery query, long maxBytes, Consumer<FetchedBody> consumer) {
    port.ask(query, maxBytes, answer -> consumer.accept(bodyOf(answer)));
  }

  final void fetchVariable(String name, Consumer<Optional<byte[]>> consumer) {
    port.ask(
        new ExtraInfoQuery.Variable(name),
        MAX_VARIABLE_BYTES,
        answer -> consumer.accept(content(answer).map(Bytes::array)));
  }

  private void fetchVariables(int index, HostedFilter link, Iterator<String> missing) {
    if (!missing.hasNext()) {
      fetchRequiredBody(index, link);
      return;
    }
    String name = missing.next();
    fetchVariable(
        name,
        value -> {
          value.ifPresent(bytes -> variables.put(name, new String(bytes, StandardCharsets.UTF_8)));
          fetchVariables(index, link, missing);
        });
  }

  private void fetchRequiredBody(int index, HostedFilter link) {
    if (!needsBody(link)) {
      dispatch(index, link);
      return;
    }
    port.ask(
        bodyQuery(),
        Frame.MAX_PAYLOAD_BYTES,
        answer -> {
          bodyFetched(content(answer).orElse(Bytes.empty()));
          dispatch(index, link);
        });
  }

  private void dispatch(int index, HostedFilter link) {
    Runnable run = () -> run(index, link);
    if (link.onEventLoop()) {
      port.execute(run);
    } else {
      port.executeBlocking(run);
    }
  }

  private void run(int index, HostedFilter link) {
    if (port.over()) {
      return;
    }
    current = index;
    RunnerChain next = new RunnerChain(route.sdkChain(), this, index + 1);
    try {
      apply(link, next);
    } catch (Throwable e) {
      port.failed(link.name(), e);
      return;
    }
    if (!next.used() && stoppedHere()) {
      port.decided();
    }
  }

  private static Optional<Bytes> content(CallPort.Answer answer) {
    return switch (answer) {
      case CallPort.Answer.Known known -> known.content();
      case CallPort.Answer.TooLong tooLong -> Optional.empty();
    };
  }

  private static FetchedBody bodyOf(CallPort.Answer answer) {
    return switch (answer) {
      case CallPort.Answer.TooLong tooLong -> new FetchedBody.TooLarge(tooLong.bytes());
      case CallPort.Answer.Known known ->
          known
              .content()
              .filter(content -> content.length() > 0)
              .<FetchedBody>map(FetchedBody.Present::new)
              .orElseGet(FetchedBody.Absent::new);
    };
  }
}
