// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.stack;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A provider simulator seen through its control paths. Immutable. */
public record SimulatorView(URI address) {
  private static final JsonMapper JSON = new JsonMapper();

  /** A request as it reached the simulator: headers as lower-case names and values, and the body. */
  public record Seen(String uri, List<Map.Entry<String, String>> headers, String body) {
    /** All values of a header. */
    public List<String> values(String lowerCaseName) {
      return headers.stream().filter(header -> header.getKey().equals(lowerCaseName)).map(Map.Entry::getValue).toList();
    }
  }

  /** One figure of {@code /sim/state}, such as {@code reportedTokens}. */
  public long figure(String name) {
    return JSON.readTree(Http.get(address.resolve("/sim/state")).body()).get(name).longValue();
  }

  /** The requests since the last reset, the oldest first. */
  public List<Seen> requests() {
    List<Seen> requests = new ArrayList<>();
    for (JsonNode request : JSON.readTree(Http.get(address.resolve("/sim/requests")).body()).values()) {
      List<Map.Entry<String, String>> headers = new ArrayList<>();
      for (JsonNode header : request.get("headers").values()) {
        header.properties().forEach(
            entry -> headers.add(Map.entry(entry.getKey().toLowerCase(Locale.ROOT), entry.getValue().stringValue())));
      }
      requests.add(new Seen(request.get("uri").stringValue(), headers, request.get("body").stringValue()));
    }
    return requests;
  }

  /** Plays a failure on the next requests, as {@code POST /sim/script} takes it. */
  public void script(String json) {
    if (Http.post(address.resolve("/sim/script"), json, Map.of()).statusCode() != 200) {
      throw new IllegalArgumentException("refused: " + json);
    }
  }

  /** Forgets the scripts that are left. */
  public void clearScripts() {
    Http.post(address.resolve("/sim/scripts/clear"), "{}", Map.of());
  }

  /** Forgets what was seen and the scripts that are left. */
  public void reset() {
    Http.post(address.resolve("/sim/reset"), "{}", Map.of());
  }
}
