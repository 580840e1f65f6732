// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admin;

import dev.sluice.plugin.http.BearerSecret;
import java.util.List;
import java.util.Optional;

/** The keys of administrators. Immutable. */
public final class AdminKeys {
  private final List<AdminKey> keys;

  /** What the bearer of a key may do. */
  public enum Role {
    READ,
    WRITE
  }

  /**
   * One key.
   *
   * @param name what the audit calls its bearer
   */
  public record AdminKey(String name, Role role, BearerSecret secret) {}

  /** The keys there are; with none, nobody is an administrator. */
  public AdminKeys(List<AdminKey> keys) {
    this.keys = List.copyOf(keys);
  }

  boolean none() {
    return keys.isEmpty();
  }

  /** The key that a header carries. Every key is compared, so the time taken does not tell which one was near. */
  Optional<AdminKey> bearer(Optional<String> authorization) {
    Optional<AdminKey> found = Optional.empty();
    for (AdminKey key : keys) {
      if (key.secret().admits(authorization)) {
        found = Optional.of(key);
      }
    }
    return found;
  }
}
