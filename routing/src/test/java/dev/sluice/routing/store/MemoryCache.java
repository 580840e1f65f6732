// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import dev.sluice.routing.KeyFingerprint;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A shared cache that is a map. Thread-safe. */
final class MemoryCache implements SharedKeys {
  private final Map<KeyFingerprint, LayerAnswer> entries = new ConcurrentHashMap<>();

  @Override
  public LayerAnswer find(KeyFingerprint key) {
    return entries.getOrDefault(key, LayerAnswer.MISS);
  }

  @Override
  public void remember(KeyFingerprint key, LayerAnswer answer) {
    entries.putIfAbsent(key, answer);
  }

  @Override
  public boolean drop(KeyFingerprint key) {
    entries.remove(key);
    return true;
  }

  @Override
  public boolean tell(KeyFingerprint key, boolean revoked) {
    return true;
  }

  @Override
  public void probe() {}

  @Override
  public Duration keeps() {
    return Duration.ofMinutes(5);
  }
}
