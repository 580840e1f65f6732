// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admission;

import dev.sluice.plugin.dialect.BodyRewriter;
import dev.sluice.plugin.filter.RunnerRequest;
import dev.sluice.plugin.filter.RunnerResponse;
import dev.sluice.plugin.header.InternalHeaders;
import dev.sluice.routing.provider.Credentials;
import dev.sluice.routing.provider.Destination;
import java.util.Map;
import java.util.Optional;

/**
 * How an admitted request is rewritten for where it goes. Immutable.
 *
 * @param destination where it goes
 * @param model the name of the model to send, where the request's differs
 * @param askForUsage whether the stream is asked to end with its usage
 */
record Dispatch(Destination destination, Optional<String> model, boolean askForUsage) {
  /** Callers' credentials, which no provider may see. */
  private static final String[] CALLER_CREDENTIALS = {"authorization", "x-api-key", "api-key", "apikey"};

  /**
   * The rewrite for a destination.
   *
   * @param requestedModel the model's name in the request's body; empty if the body has none
   * @param usageMissing whether this is a stream that would not report its usage unasked
   */
  static Dispatch to(Destination destination, String requestedModel, boolean usageMissing) {
    Optional<String> rename = destination.model().equals(requestedModel) ? Optional.empty() : Optional.of(destination.model());
    return new Dispatch(destination, rename, usageMissing && destination.requestStreamUsage());
  }

  /** Whether the body must change, and so be fetched again: it is not kept while a request waits. */
  boolean rewritesBody() {
    return model.isPresent() || askForUsage;
  }

  byte[] rewrite(BodyRewriter rewriter, byte[] body) {
    if (model.isEmpty()) {
      return rewriter.withUsageRequested(body);
    }
    return askForUsage ? rewriter.withModelAndUsageRequested(body, model.get()) : rewriter.withModel(body, model.get());
  }

  /** Names the provider, swaps credentials, and takes out what would hide the usage. What is ours went before, at ai-token-router. */
  void headers(RunnerRequest request, RunnerResponse response) {
    for (String name : CALLER_CREDENTIALS) {
      delete(request, response, name);
    }
    delete(request, response, "accept-encoding");
    response.setReqHeader(InternalHeaders.PROVIDER, destination.upstream());
    if (destination.credentials() instanceof Credentials.Header credentials) {
      response.setReqHeader(credentials.name(), credentials.value());
    }
    for (Map.Entry<String, String> header : destination.target().headers().entrySet()) {
      response.setReqHeader(header.getKey(), header.getValue());
    }
    destination.target().host().ifPresent(host -> response.setReqHeader("host", host));
    String path = destination.target().path(request.getPath());
    if (!path.equals(request.getPath())) {
      response.setPath(path);
    }
  }

  private static void delete(RunnerRequest request, RunnerResponse response, String name) {
    if (!request.headers().all(name).isEmpty()) {
      response.setReqHeader(name, null);
    }
  }
}
