// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

import dev.sluice.routing.config.Secret;
import dev.sluice.routing.database.DatabaseSettings;
import dev.sluice.routing.store.StoreTimes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Where accounts and keys are kept beyond a file, and what holds while that fails. Immutable.
 *
 * @param migrate whether the schema is brought to this version at the start
 * @param redisTime how long a key is kept in Redis
 * @param previousPepper the pepper before a rotation, as text
 */
public record StoreSettings(
    Optional<RedisSettings> redis,
    Optional<DatabaseSettings> postgresql,
    boolean migrate,
    StoreTimes times,
    Duration redisTime,
    Path snapshotFile,
    FailMode failMode,
    int failOpenQuotaLimit,
    Optional<Secret> previousPepper) {

  /** How to reach Redis. Immutable. */
  public record RedisSettings(String url, Optional<Secret> password, Duration deadline) {}
}
