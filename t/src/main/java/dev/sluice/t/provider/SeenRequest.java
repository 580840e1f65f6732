// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.provider;

import java.util.List;
import java.util.Map;

/**
 * A request as it arrived at the provider. Immutable.
 *
 * @param headers names as they were written, repeated ones repeated
 * @param body the first 64 KiB of the body as text
 */
public record SeenRequest(String method, String uri, List<Map.Entry<String, String>> headers, String body) {
  /** Copies the headers. */
  public SeenRequest {
    headers = List.copyOf(headers);
  }

  /** All values of a header, whatever its case. */
  public List<String> values(String name) {
    return headers.stream().filter(h -> h.getKey().equalsIgnoreCase(name)).map(Map.Entry::getValue).toList();
  }

  @Override
  public String toString() {
    return method + " " + uri;
  }
}
