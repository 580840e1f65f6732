// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.cost;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/** A map that forgets whom it was not asked about for longest. Not thread-safe; confined to {@link LearnedCosts}' lock. */
final class BoundedMap<K, V> extends LinkedHashMap<K, V> {
  private static final long serialVersionUID = 1;

  private final int most;
  private final transient BiConsumer<K, V> forgotten;

  BoundedMap(int most, BiConsumer<K, V> forgotten) {
    super(16, 0.75f, true);
    this.most = most;
    this.forgotten = forgotten;
  }

  @Override
  protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
    if (size() <= most) {
      return false;
    }
    forgotten.accept(eldest.getKey(), eldest.getValue());
    return true;
  }
}
