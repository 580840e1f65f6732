// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.registry;

import dev.sluice.routing.KeyFingerprint;

/**
 * Hears what an administrator changed, after it was committed, on the thread that changed it. Implementations are thread-safe
 * and must not throw; what they miss, the lifetime of caches bounds.
 */
public interface Changes {
  /** Nobody listens. */
  Changes NONE = new Changes() {};

  /** A key, its account or its organisation is not what it was. */
  default void keyChanged(KeyFingerprint fingerprint) {}

  /** A routing rule was made, changed or removed. */
  default void rulesChanged() {}

  /** A quota was made, changed or removed. */
  default void quotasChanged() {}

  /** A time window was made, changed or removed. */
  default void windowsChanged() {}
}
