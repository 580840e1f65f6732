// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.stack;

import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One pool as the admin port tells it. Immutable.
 *
 * @param waiting requests in the waiting room
 * @param openLeases leases not yet ended
 * @param requests counters: submitted, admitted, rejected, evicted
 * @param leases counters: settled, cancelled, expired
 * @param tokens counters: granted, settled, refunded, held, expired
 * @param providers by name
 */
public record PoolState(
    long waiting, long openLeases, Map<String, Long> requests, Map<String, Long> leases, Map<String, Long> tokens, Map<String, ProviderState> providers) {
  /** One provider's account in the pool. */
  public record ProviderState(long inFlight, long availableTokens, long tokensPerSecond, long maxConcurrent) {}

  private static final JsonMapper JSON = new JsonMapper();

  /** Reads {@code /v1/pools}. */
  public static PoolState parse(String json, String model) {
    for (JsonNode pool : JSON.readTree(json).get("pools").values()) {
      if (pool.get("model").stringValue().equals(model)) {
        Map<String, ProviderState> providers = new LinkedHashMap<>();
        for (JsonNode provider : pool.get("providers").values()) {
          providers.put(
              provider.get("provider").stringValue(),
              new ProviderState(
                  provider.get("in_flight").longValue(),
                  provider.get("available_tokens").longValue(),
                  provider.get("tokens_per_second").longValue(),
                  provider.get("max_concurrent").longValue()));
        }
        Map<String, Long> leases = numbers(pool.get("leases"));
        return new PoolState(
            pool.get("waiting").longValue(), pool.get("leases").get("open").longValue(), numbers(pool.get("requests")), leases, numbers(pool.get("tokens")), providers);
      }
    }
    throw new IllegalArgumentException("no pool for " + model + " in " + json);
  }

  /** Whether nobody waits, nothing is held, and every provider's tokens are back to the full burst. */
  public boolean idle() {
    return waiting == 0
        && openLeases == 0
        && providers.values().stream().allMatch(provider -> provider.inFlight() == 0 && provider.availableTokens() >= provider.tokensPerSecond());
  }

  private static Map<String, Long> numbers(JsonNode object) {
    Map<String, Long> numbers = new LinkedHashMap<>();
    object.properties().forEach(entry -> numbers.put(entry.getKey(), entry.getValue().longValue()));
    return numbers;
  }
}
