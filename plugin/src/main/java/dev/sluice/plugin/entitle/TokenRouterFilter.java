// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.entitle;

import dev.sluice.plugin.answer.Reason;
import dev.sluice.plugin.answer.Refusal;
import dev.sluice.plugin.filter.Attribute;
import dev.sluice.plugin.filter.ConfException;
import dev.sluice.plugin.filter.EventLoopFilter;
import dev.sluice.plugin.filter.RunnerRequest;
import dev.sluice.plugin.filter.RunnerResponse;
import dev.sluice.plugin.header.InternalHeaders;
import dev.sluice.plugin.refusal.Refusals;
import dev.sluice.routing.ApiKeyRouter;
import dev.sluice.routing.Entitlement;
import dev.sluice.routing.Lookup;
import dev.sluice.routing.RouteDecision;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.apisix.plugin.runner.HttpRequest;
import org.apache.apisix.plugin.runner.HttpResponse;
import org.apache.apisix.plugin.runner.filter.PluginFilterChain;

/**
 * The filter {@code ai-token-router}. Thread-safe; never blocks.
 *
 * <p>Its route configuration is an object that may say {@code account_from}: {@code key} (the default), {@code consumer} or {@code
 * consumer_group}.
 */
public final class TokenRouterFilter implements EventLoopFilter {
  /** The name to enable on routes. */
  public static final String NAME = "ai-token-router";

  /** What the caller may do; present behind this filter. */
  public static final Attribute<Entitlement> ENTITLEMENT = Attribute.of("entitlement", Entitlement.class);

  /** Most tokens that the request may need; present where nobody could tell who is calling. */
  public static final Attribute<Long> TOKEN_LIMIT = Attribute.of("token_limit", Long.class);

  private final ApiKeyRouter keys;
  private final InstantSource wall;
  private final Refusals refusals;
  private final Standings standings;
  private final Degraded degraded;

  /**
   * A filter that asks {@code keys}; {@code wall} decides which keys have expired, {@code standings} what the others may do now. While nobody
   * can tell, {@code degraded} decides.
   */
  public TokenRouterFilter(ApiKeyRouter keys, InstantSource wall, Standings standings, Refusals refusals, Degraded degraded) {
    this.keys = keys;
    this.wall = wall;
    this.standings = standings;
    this.refusals = refusals;
    this.degraded = degraded;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Object configure(String json) throws ConfException {
    return RouterConf.parse(json);
  }

  @Override
  public void filter(HttpRequest sdkRequest, HttpResponse sdkResponse, PluginFilterChain chain) {
    RunnerRequest request = (RunnerRequest) sdkRequest;
    RunnerResponse response = (RunnerResponse) sdkResponse;
    Consumer<Optional<Refusal>> next =
        refusal -> {
          refusal.ifPresent(reason -> refusals.refuse(request, response, reason));
          chain.filter(request, response);
        };
    switch (request.conf(RouterConf.class).accountFrom()) {
      case KEY -> byKey(request, response, next);
      case CONSUMER ->
          request.fetchVariable(ConsumerSender.NAME, name -> next.accept(byConsumer(request, response, ConsumerSender.entitlement(name, name))));
      case CONSUMER_GROUP ->
          request.fetchVariable(
              ConsumerSender.NAME,
              name ->
                  request.fetchVariable(
                      ConsumerSender.GROUP, group -> next.accept(byConsumer(request, response, ConsumerSender.entitlement(name, group)))));
    }
  }

  private void byKey(RunnerRequest request, RunnerResponse response, Consumer<Optional<Refusal>> next) {
    switch (CallerKey.of(request.headers())) {
      case CallerKey.Missing missing -> next.accept(Optional.of(Refusal.of(Reason.MISSING_KEY)));
      case CallerKey.Unusable unusable -> next.accept(Optional.of(Refusal.of(Reason.UNKNOWN_KEY)));
      case CallerKey.Ambiguous ambiguous -> next.accept(Optional.of(Refusal.of(Reason.AMBIGUOUS_REQUEST, ambiguous.message())));
      case CallerKey.Present present -> {
        RouteDecision decision = keys.route(present.key(), wall.instant());
        if (decision instanceof RouteDecision.Pending pending) {
          pending
              .answer()
              .thenAccept(lookup -> request.execute(() -> next.accept(byDecision(request, response, ApiKeyRouter.judge(lookup, wall.instant())))));
        } else {
          next.accept(byDecision(request, response, decision));
        }
      }
    }
  }

  private Optional<Refusal> byDecision(RunnerRequest request, RunnerResponse response, RouteDecision decision) {
    return switch (decision) {
      case RouteDecision.Entitled entitled -> enter(request, response, entitled.entitlement());
      case RouteDecision.Denied denied ->
          Optional.of(
              Refusal.of(
                  switch (denied.reason()) {
                    case UNKNOWN -> Reason.UNKNOWN_KEY;
                    case EXPIRED -> Reason.EXPIRED_KEY;
                    case SUSPENDED -> Reason.ACCOUNT_SUSPENDED;
                  }));
      case RouteDecision.Unavailable unavailable -> unchecked(request, response);
      case RouteDecision.Busy busy -> Optional.of(Refusal.of(Reason.STORES_DOWN));
      case RouteDecision.Pending pending -> throw new IllegalStateException("an answer that is pending still");
    };
  }

  /** Nobody can tell whose key it is: the fail mode decides. */
  private Optional<Refusal> unchecked(RunnerRequest request, RunnerResponse response) {
    Optional<Degraded.Admission> admitted = degraded.admit(request.sourceAddress());
    if (admitted.isEmpty()) {
      return Optional.of(Refusal.of(Reason.STORES_DOWN));
    }
    request.put(TOKEN_LIMIT, admitted.get().maxTokens());
    return enter(request, response, admitted.get().entitlement());
  }

  /** A route that has no consumer, because nothing authenticates one before, must not be open to all. */
  private Optional<Refusal> byConsumer(RunnerRequest request, RunnerResponse response, Optional<Entitlement> sender) {
    return sender.isPresent()
        ? enter(request, response, sender.get())
        : Optional.of(refusals.misconfigured(NAME + " behind a plugin that authenticates the consumer whose account it is to take"));
  }

  /** Leaves what the sender may do with the request, from which everything of ours is taken out, or says why it may not go on. */
  private Optional<Refusal> enter(RunnerRequest request, RunnerResponse response, Entitlement sender) {
    return switch (standings.of(sender, request.headers(), request.sourceAddress())) {
      case Standing.Unclear unclear -> Optional.of(unclear.refusal());
      case Standing.Known known -> {
        request.put(ENTITLEMENT, known.entitlement());
        for (String name : InternalHeaders.toDelete(request.headers())) {
          response.setReqHeader(name, null);
        }
        yield Optional.empty();
      }
    };
  }
}
