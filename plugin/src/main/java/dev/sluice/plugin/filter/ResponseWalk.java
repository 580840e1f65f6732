// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.filter;

import dev.sluice.plugin.protocol.A6Message;
import dev.sluice.plugin.protocol.A6Reply;
import dev.sluice.plugin.protocol.A6Reply.ExtraInfoQuery;
import dev.sluice.plugin.protocol.Bytes;

/** An upstream's response on its way along the filters. Thread-safe. */
public final class ResponseWalk extends ChainWalk {
  private final RunnerPostRequest request;
  private final RunnerPostResponse response;

  /** The walk of one response; nothing runs before {@link #start}. */
  public ResponseWalk(A6Message.RespCall call, FilterRoute.Ready route, CallPort port) {
    super(route, port);
    this.response = new RunnerPostResponse(call.id());
    this.request = new RunnerPostRequest(call, this);
  }

  /** What the filters' settings come to so far. */
  public A6Reply.RespReply reply() {
    return response.reply();
  }

  /** Nothing stops a response: it has already happened. */
  @Override
  public boolean stopped() {
    return false;
  }

  /** A filter that set something and went nowhere has decided. */
  @Override
  boolean stoppedHere() {
    return response.setBy(Thread.currentThread());
  }

  @Override
  boolean concerns(HostedFilter link) {
    return link.sides().responses();
  }

  @Override
  void apply(HostedFilter link, RunnerChain next) {
    link.filter().postFilter(request, response, next);
  }

  @Override
  boolean needsBody(HostedFilter link) {
    return link.needs().responseBody() && !request.hasBody();
  }

  @Override
  ExtraInfoQuery bodyQuery() {
    return new ExtraInfoQuery.ResponseBody();
  }

  @Override
  void bodyFetched(Bytes body) {
    request.keepBody(body);
  }
}
