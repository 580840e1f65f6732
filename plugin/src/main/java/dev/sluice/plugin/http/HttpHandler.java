// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.http;

/** Answers requests to one port. Thread-safe; called on that port's event loop. */
@FunctionalInterface
public interface HttpHandler {
  /** The answer; must not block. What is thrown becomes a 500 without detail. */
  HttpAnswer handle(HttpCall call);
}
