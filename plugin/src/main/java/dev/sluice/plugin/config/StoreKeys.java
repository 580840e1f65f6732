// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

import static dev.sluice.routing.config.Kinds.choice;
import static dev.sluice.routing.config.Kinds.duration;
import static dev.sluice.routing.config.Kinds.flag;
import static dev.sluice.routing.config.Kinds.path;
import static dev.sluice.routing.config.Kinds.text;
import static dev.sluice.routing.config.Kinds.variable;
import static dev.sluice.routing.config.Kinds.whole;

import dev.sluice.routing.config.Key;
import dev.sluice.routing.config.Section;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The declaration of the keys that have to do with stores: what is kept of keys for how long, and where the stores are. Immutable. */
final class StoreKeys {
  static final Key<FailMode> FAIL_MODE =
      Key.of(
          "fail_mode",
          choice(FailMode.class, Map.of("fail_closed", FailMode.FAIL_CLOSE), ""),
          "fail_close",
          "What happens while neither store nor snapshot can tell who is calling: `fail_close` answers 503, `fail_open` admits a few requests to the"
              + " last lane. A key that a store says nobody has is refused in both.");
  static final Key<Integer> FAIL_OPEN_QUOTA_LIMIT =
      Key.of("fail_open_quota_limit", whole(0, 1_000_000), "100", "Under `fail_open`, requests a minute of this process, all callers together.");
  static final Key<Integer> CACHE_SIZE = Key.of("cache_size", whole(100, 10_000_000), "10000", "Keys kept in memory.");
  static final Key<Duration> CACHE_TTL =
      Key.of("cache_ttl", duration(Duration.ofSeconds(1), Duration.ofMinutes(5)), "60s", "How long a key is kept in memory, give or take a tenth.");
  static final Key<Duration> NEGATIVE_TTL =
      Key.of("negative_ttl", duration(Duration.ofMillis(100), Duration.ofMinutes(1)), "10s", "How long it is kept that nobody has a key.");
  static final Key<Duration> REDIS_TTL =
      Key.of("redis_ttl", duration(Duration.ofSeconds(1), Duration.ofHours(1)), "5m", "How long a key is kept in Redis.");
  static final Key<Path> SNAPSHOT_FILE =
      Key.of("snapshot_file", path(), "data/keys.snapshot", "File of all keys for when stores fail, sealed under the pepper; one for each process.");
  static final Key<Duration> SNAPSHOT_REFRESH_INTERVAL =
      Key.of("snapshot_refresh_interval", duration(Duration.ofSeconds(10), Duration.ofDays(1)), "1h", "How often the snapshot is written anew.");
  static final Key<Duration> SNAPSHOT_MAX_AGE =
      Key.of("snapshot_max_age", duration(Duration.ofMinutes(1), Duration.ofDays(30)), "24h", "Age beyond which the snapshot answers nothing.");
  static final Key<String> PREVIOUS_PEPPER_ENV =
      Key.optional("previous_pepper_env", variable(), "none", "While keys move to a new pepper, the variable with the one before.").masked();
  static final Key<Path> PREVIOUS_PEPPER_FILE = Key.optional("previous_pepper_file", path(), "none", "The same, in a file.").masked();

  /** What stands in {@code token_routing} beside the key file. */
  static final List<Key<?>> TOKEN_ROUTING =
      List.of(
          FAIL_MODE,
          FAIL_OPEN_QUOTA_LIMIT,
          CACHE_SIZE,
          CACHE_TTL,
          NEGATIVE_TTL,
          REDIS_TTL,
          SNAPSHOT_FILE,
          SNAPSHOT_REFRESH_INTERVAL,
          SNAPSHOT_MAX_AGE,
          PREVIOUS_PEPPER_ENV,
          PREVIOUS_PEPPER_FILE);

  static final class Redis {
    static final Key<String> URL =
        Key.optional(
            "url",
            text("redis:// or rediss:// and an address, without a password", "rediss?://[A-Za-z0-9.\\[\\]:_-]+(/[0-9]{1,3})?", 255),
            "no Redis",
            "Address of Redis, such as `redis://10.0.0.5:6379/0`; `rediss` for TLS. The password has a key of its own.");
    static final Key<String> PASSWORD_ENV = Key.optional("password_env", variable(), "none", "Environment variable with its password.").masked();
    static final Key<Path> PASSWORD_FILE = Key.optional("password_file", path(), "none", "File with its password.").masked();
    static final Key<Duration> DEADLINE =
        Key.of("deadline", duration(Duration.ofMillis(1), Duration.ofSeconds(5)), "50ms", "How long one command may take.");
    static final Section SECTION =
        Section.single("redis", "Redis: processes share quotas and capacity over it; with PostgreSQL it is also a cache of keys, and the bus on which their changes are told.", List.of(URL, PASSWORD_ENV, PASSWORD_FILE, DEADLINE), List.of());

    private Redis() {}
  }

  static final class PostgreSql {
    static final Key<String> URL =
        Key.optional(
            "url",
            text("jdbc:postgresql://host:port/database, without a password", "jdbc:postgresql://(?!.*[?&](password|user)=)[!-~]+", 512),
            "no PostgreSQL; keys are those of `keys_file`",
            "Address of PostgreSQL, which then has all keys. User and password have keys of their own.");
    static final Key<String> USER = Key.optional("user", text("one line, at most 128", "[ -~]+", 128), "the process's", "Who connects.");
    static final Key<String> PASSWORD_ENV = Key.optional("password_env", variable(), "none", "Environment variable with the password.").masked();
    static final Key<Path> PASSWORD_FILE = Key.optional("password_file", path(), "none", "File with the password.").masked();
    static final Key<Integer> POOL_SIZE =
        Key.of("pool_size", whole(1, 200), "8", "Connections for looking keys up; four more do everything else.");
    static final Key<Duration> DEADLINE =
        Key.of("deadline", duration(Duration.ofMillis(10), Duration.ofSeconds(10)), "250ms", "How long looking one key up may take.");
    static final Key<Boolean> MIGRATE = Key.of("migrate", flag(), "true", "Bring the schema to this version when the process starts.");
    static final Section SECTION =
        Section.single(
            "postgresql", "PostgreSQL, the truth about accounts and keys.", List.of(URL, USER, PASSWORD_ENV, PASSWORD_FILE, POOL_SIZE, DEADLINE, MIGRATE), List.of());

    private PostgreSql() {}
  }

  static final Section STORES =
      Section.single("stores", "Where accounts and keys are kept, beyond a file.", List.of(), List.of(Redis.SECTION, PostgreSql.SECTION));

  private StoreKeys() {}
}
