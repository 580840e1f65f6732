// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.http;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.CompletableFuture;

/** Answers requests to one port. Thread-safe; called on that port's event loop. */
@FunctionalInterface
public interface HttpHandler {
  /** The answer; must not block. What is thrown becomes a 500 without detail. */
  HttpAnswer handle(HttpCall call);

  /**
   * The answer, now or later, from any thread; must not block. A connection's next request waits for it, so answers keep the
   * order of requests.
   */
  default CompletionStage<HttpAnswer> begin(HttpCall call) {
    return CompletableFuture.completedStage(handle(call));
  }
}
