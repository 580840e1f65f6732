// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

import dev.sluice.plugin.config.StoreKeys.PostgreSql;
import dev.sluice.plugin.config.StoreKeys.Redis;
import dev.sluice.plugin.config.StoreSettings.RedisSettings;
import dev.sluice.routing.config.Problems;
import dev.sluice.routing.config.Secret;
import dev.sluice.routing.config.Surroundings;
import dev.sluice.routing.config.Values;
import dev.sluice.routing.database.DatabaseSettings;
import dev.sluice.routing.key.Pepper;
import dev.sluice.routing.store.StoreTimes;
import java.util.Optional;

/** Makes settings of stores of their values. Immutable. */
final class StoreBinder {
  private StoreBinder() {}

  /** The secrets of stores, or what is wrong with them. */
  record Secrets(Optional<Secret> redis, Optional<Secret> postgresql, Optional<Secret> previousPepper) {
    static Secrets of(Values root, Surroundings surroundings, Problems problems) {
      Values stores = root.section(StoreKeys.STORES);
      Values routing = root.section(ConfigKeys.TokenRouting.SECTION);
      Optional<Secret> pepper = surroundings.secret(routing, StoreKeys.PREVIOUS_PEPPER_ENV, StoreKeys.PREVIOUS_PEPPER_FILE, problems);
      if (pepper.isPresent() && Pepper.parse(pepper.get().reveal()).isEmpty()) {
        problems.add(routing.place(), routing.path() + ".previous_pepper", "***", "32 bytes in hexadecimal or base64");
      }
      return new Secrets(
          surroundings.secret(stores.section(Redis.SECTION), Redis.PASSWORD_ENV, Redis.PASSWORD_FILE, problems),
          surroundings.secret(stores.section(PostgreSql.SECTION), PostgreSql.PASSWORD_ENV, PostgreSql.PASSWORD_FILE, problems),
          pepper);
    }
  }

  static StoreSettings bind(Values root, Surroundings surroundings, Secrets secrets) {
    Values routing = root.section(ConfigKeys.TokenRouting.SECTION);
    Values redis = root.section(StoreKeys.STORES).section(Redis.SECTION);
    Values postgresql = root.section(StoreKeys.STORES).section(PostgreSql.SECTION);
    var times =
        new StoreTimes(
            routing.get(StoreKeys.CACHE_SIZE),
            routing.get(StoreKeys.CACHE_TTL),
            routing.get(StoreKeys.NEGATIVE_TTL),
            routing.get(StoreKeys.SNAPSHOT_MAX_AGE),
            routing.get(StoreKeys.SNAPSHOT_REFRESH_INTERVAL));
    return new StoreSettings(
        redis.find(Redis.URL).map(url -> new RedisSettings(url, secrets.redis(), redis.get(Redis.DEADLINE))),
        postgresql
            .find(PostgreSql.URL)
            .map(
                url ->
                    new DatabaseSettings(
                        url,
                        postgresql.find(PostgreSql.USER),
                        secrets.postgresql(),
                        postgresql.get(PostgreSql.POOL_SIZE),
                        postgresql.get(PostgreSql.DEADLINE))),
        postgresql.get(PostgreSql.MIGRATE),
        times,
        routing.get(StoreKeys.REDIS_TTL),
        surroundings.resolve(routing.get(StoreKeys.SNAPSHOT_FILE)),
        routing.get(StoreKeys.FAIL_MODE),
        routing.get(StoreKeys.FAIL_OPEN_QUOTA_LIMIT),
        secrets.previousPepper());
  }
}
