// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.gateway.config;

/** Says where a gateway configuration is wrong and what was expected there. */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** An error at {@code path}, such as {@code routes[0].plugins.http-logger}. */
  public ConfigException(String path, String problem) {
    super((path.isEmpty() ? "apisix.yaml" : path) + ": " + problem);
  }
}
