// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.stack;

import java.net.URI;
import java.nio.file.Path;

/** Which gateway carries the traffic. */
public sealed interface GatewayChoice {
  /** The embedded gateway, of the stack's own. */
  record Embedded() implements GatewayChoice {}

  /**
   * An APISIX that somebody runs.
   *
   * @param url where it listens
   * @param config its conf/apisix.yaml, which the stack replaces while it runs and then puts back
   * @param socket its ext-plugin.path_for_test
   */
  record External(URI url, Path config, Path socket) implements GatewayChoice {}

  /** The choice made by the system properties gateway, gateway.url, gateway.config and runner.socket. */
  static GatewayChoice fromProperties() {
    String gateway = System.getProperty("gateway", "embedded");
    return switch (gateway) {
      case "embedded" -> new Embedded();
      case "external" -> new External(URI.create(required("gateway.url")), Path.of(required("gateway.config")), Path.of(required("runner.socket")));
      default -> throw new IllegalArgumentException("gateway: " + gateway + " (expected: embedded or external)");
    };
  }

  private static String required(String property) {
    String value = System.getProperty(property, "");
    if (value.isBlank()) {
      throw new IllegalArgumentException(property + ": missing (an external gateway needs -Dgateway.url, -Dgateway.config and -Drunner.socket)");
    }
    return value;
  }
}
