// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.events;

import dev.sluice.plugin.http.BearerSecret;
import dev.sluice.plugin.http.HttpAnswer;
import dev.sluice.plugin.http.HttpCall;
import dev.sluice.plugin.http.HttpHandler;
import dev.sluice.plugin.usage.CompletionEvent;
import dev.sluice.plugin.usage.CompletionEvents;

/** {@code POST /v1/events}: one completion event, or an array of them. Thread-safe. */
public final class EventsHandler implements HttpHandler {
  private final BearerSecret secret;
  private final SettlementDesk desk;

  /** A handler that admits senders who present {@code secret}. */
  public EventsHandler(BearerSecret secret, SettlementDesk desk) {
    this.secret = secret;
    this.desk = desk;
  }

  @Override
  public HttpAnswer handle(HttpCall call) {
    if (!call.path().equals("/v1/events")) {
      return HttpAnswer.problem(404, "Not Found", "completion events go to /v1/events");
    }
    if (!secret.admits(call.authorization())) {
      return HttpAnswer.problem(401, "Unauthorized", "send Authorization: Bearer with the events secret");
    }
    if (!call.method().equals("POST")) {
      return HttpAnswer.problem(405, "Method Not Allowed", "send completion events by POST");
    }
    CompletionEvents batch = CompletionEvents.parse(call.body());
    for (CompletionEvent event : batch.events()) {
      desk.accept(event);
    }
    for (int i = 0; i < batch.malformed(); i++) {
      desk.malformed();
    }
    // A batch with something in it is never refused: the gateway would send the good events again with the bad ones.
    return batch.events().isEmpty() && batch.malformed() > 0
        ? HttpAnswer.problem(400, "Bad Request", "expected a JSON object or an array of objects, as http-logger sends them")
        : HttpAnswer.noContent();
  }
}
