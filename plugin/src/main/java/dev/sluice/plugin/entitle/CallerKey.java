// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.entitle;

import dev.sluice.plugin.protocol.Headers;
import dev.sluice.routing.ApiKey;
import java.util.List;

/** Where callers put their API key: {@code Authorization: Bearer}, {@code x-api-key} (Anthropic) or {@code api-key} (Azure). */
sealed interface CallerKey {
  /** One key, said once or more, always the same. */
  record Present(ApiKey key) implements CallerKey {}

  /** What was sent cannot be anybody's key. */
  record Unusable() implements CallerKey {}

  /** No header carries a key. */
  record Missing() implements CallerKey {}

  /** Headers that disagree; which one counts must not depend on who reads them. */
  record Ambiguous(String message) implements CallerKey {}

  /** Reads the key out of a request's headers. */
  static CallerKey of(Headers headers) {
    List<String> authorization = headers.all("authorization");
    if (authorization.size() > 1) {
      return new Ambiguous("The Authorization header was sent more than once. Send it once.");
    }
    String found = "";
    for (String value : authorization) {
      if (!value.regionMatches(true, 0, "Bearer ", 0, 7)) {
        return new Missing();
      }
      found = value.substring(7).strip();
    }
    for (String name : new String[] {"x-api-key", "api-key"}) {
      for (String value : headers.all(name)) {
        String key = value.strip();
        if (!found.isEmpty() && !found.equals(key)) {
          return new Ambiguous("Two different API keys were sent. Send one, in Authorization or in x-api-key.");
        }
        found = key;
      }
    }
    if (found.isEmpty()) {
      return new Missing();
    }
    return ApiKey.of(found).<CallerKey>map(Present::new).orElseGet(Unusable::new);
  }
}
