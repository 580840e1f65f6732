// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.filter;

import dev.sluice.plugin.protocol.A6Message;
import dev.sluice.plugin.protocol.A6Reply.ExtraInfoQuery;
import dev.sluice.plugin.protocol.Bytes;
import dev.sluice.plugin.protocol.Verdict;

/** A request on its way along the filters. Thread-safe. */
public final class RequestWalk extends ChainWalk {
  private final RunnerRequest request;
  private final RunnerResponse response;

  /** The walk of one request; nothing runs before {@link #start}. */
  public RequestWalk(A6Message.HttpCall call, FilterRoute.Ready route, CallPort port) {
    super(route, port);
    this.response = new RunnerResponse(call.id());
    this.request = new RunnerRequest(call, response, this);
  }

  /** What the filters' settings come to so far. */
  public Verdict verdict() {
    return response.verdict();
  }

  @Override
  public boolean stopped() {
    return response.stopped();
  }

  @Override
  boolean stoppedHere() {
    return response.stoppedBy(Thread.currentThread());
  }

  @Override
  boolean concerns(HostedFilter link) {
    return link.sides().requests();
  }

  @Override
  void apply(HostedFilter link, RunnerChain next) {
    link.filter().filter(request, response, next);
  }

  @Override
  boolean needsBody(HostedFilter link) {
    return link.needs().requestBody() && !request.hasBody();
  }

  @Override
  ExtraInfoQuery bodyQuery() {
    return new ExtraInfoQuery.RequestBody();
  }

  @Override
  void bodyFetched(Bytes body) {
    request.keepBody(body);
  }
}
