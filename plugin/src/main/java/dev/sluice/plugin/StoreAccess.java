// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin;

import dev.sluice.plugin.config.FailMode;
import dev.sluice.plugin.config.PepperSource;
import dev.sluice.plugin.config.SluiceConfig;
import dev.sluice.plugin.config.StoreSettings;
import dev.sluice.plugin.entitle.Degraded;
import dev.sluice.plugin.metrics.StoreMetrics;
import dev.sluice.plugin.time.Clocks;
import dev.sluice.routing.KeyStore;
import dev.sluice.routing.config.ConfigException;
import dev.sluice.routing.config.Place;
import dev.sluice.routing.config.Problems;
import dev.sluice.routing.config.Secret;
import dev.sluice.routing.database.Database;
import dev.sluice.routing.database.DatabaseSettings;
import dev.sluice.routing.database.KeyQueries;
import dev.sluice.routing.database.Schema;
import dev.sluice.routing.key.Pepper;
import dev.sluice.routing.redis.RedisKeys;
import dev.sluice.routing.redis.RedisLink;
import dev.sluice.routing.store.FailOpen;
import dev.sluice.routing.store.KeyStores;
import dev.sluice.routing.store.KeyUpkeep;
import dev.sluice.routing.store.Layer;
import dev.sluice.routing.store.LayeredKeys;
import dev.sluice.routing.store.PepperedKeys;
import dev.sluice.routing.store.SharedKeys;
import dev.sluice.routing.store.StoreGuard;
import dev.sluice.scheduler.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stores of a process whose configuration names PostgreSQL: opens them, puts the layers together, closes them. Thread-safe. Processes
 * without stores never load this class, nor any driver.
 */
final class StoreAccess implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(StoreAccess.class);

  private final Database database;
  private final KeyQueries queries;
  private final Optional<RedisLink> redis;
  private final KeyStores stores;
  private final PepperedKeys keys;
  private final StoreSettings settings;

  private StoreAccess(Database database, KeyQueries queries, Optional<RedisLink> redis, KeyStores stores, PepperedKeys keys, StoreSettings settings) {
    this.database = database;
    this.queries = queries;
    this.redis = redis;
    this.stores = stores;
    this.keys = keys;
    this.settings = settings;
  }

  /** Opens the stores of {@code config}; waits for none of them. */
  static StoreAccess open(SluiceConfig config, DatabaseSettings postgresql, Map<String, String> environment, StoreMetrics metrics) throws ConfigException {
    StoreSettings settings = config.stores();
    List<Pepper> peppers = peppers(config, environment);
    Ticker ticker = Clocks.monotonic();
    Database database = new Database(postgresql);
    KeyQueries queries = new KeyQueries(database, new StoreGuard(Layer.POSTGRESQL, ticker::read, metrics), postgresql.poolSize(), postgresql.deadline());
    Optional<RedisLink> link = settings.redis().map(redis -> RedisLink.open(redis.url(), redis.password()));
    Optional<RedisKeys> shared = link.map(open -> shared(open, settings, new StoreGuard(Layer.REDIS, ticker::read, metrics)));
    KeyUpkeep.Preparation preparation = settings.migrate() ? () -> log.info("schema version={}", Schema.migrate(database.dataSource()).version()) : () -> {};
    KeyStores stores =
        new KeyStores(
            new LayeredKeys.Stores(shared.<SharedKeys>map(redis -> redis).orElse(SharedKeys.NONE), queries),
            settings.times(),
            preparation,
            new KeyUpkeep.SnapshotFile(settings.snapshotFile(), peppers),
            new LayeredKeys.Time(ticker::read, Clocks.wall()),
            metrics);
    metrics.show(stores::standing);
    shared.ifPresent(redis -> redis.hear(stores.changes()));
    stores.start();
    return new StoreAccess(database, queries, link, stores, new PepperedKeys(peppers, stores::find), settings);
  }

  private static RedisKeys shared(RedisLink link, StoreSettings settings, StoreGuard guard) {
    return new RedisKeys(link, guard, settings.redis().orElseThrow().deadline(), settings.redisTime(), settings.times().absence());
  }

  /** The pepper in force and, during a rotation, the one before. */
  private static List<Pepper> peppers(SluiceConfig config, Map<String, String> environment) throws ConfigException {
    List<Pepper> peppers = new ArrayList<>();
    Optional<Pepper> present = PepperSource.of(config.tokenRouting(), environment).find();
    if (present.isEmpty()) {
      // Never made here: keys in the tables are of no use under a pepper of this node's own.
      Problems problems = new Problems();
      problems.add(
          new Place(config.tokenRouting().pepperFile().toString(), 0),
          "",
          "no such file",
          "the pepper of the keys in PostgreSQL, the same on every node, or " + config.tokenRouting().pepperEnv() + "; `sluice keys create` makes the first");
      problems.throwIfAny();
    }
    present.ifPresent(peppers::add);
    config.stores().previousPepper().map(Secret::reveal).flatMap(Pepper::parse).ifPresent(peppers::add);
    return peppers;
  }

  /** Keys through all layers. */
  KeyStore keys() {
    return keys;
  }

  /** The layers, for telling changes, for status and for renewing the snapshot. */
  KeyStores stores() {
    return stores;
  }

  /** Redis, if it is configured; it stays this object's. */
  Optional<RedisLink> redis() {
    return redis;
  }

  /** Connections to PostgreSQL for everything but look-ups. */
  DataSource dataSource() {
    return database.dataSource();
  }

  /** Where quotas are shared and use is written. */
  ChargeSetup.Stores forCharges() {
    return new ChargeSetup.Stores(redis, Optional.of(dataSource()));
  }

  /** Who is let in while nobody can tell who is calling. */
  Degraded degraded(int lastLevel) {
    if (settings.failMode() == FailMode.FAIL_CLOSE) {
      return Degraded.CLOSED;
    }
    Ticker ticker = Clocks.monotonic();
    FailOpen open = new FailOpen(settings.failOpenQuotaLimit(), lastLevel, ticker::read);
    return source -> open.admit(source, ticker.read()).map(entitlement -> new Degraded.Admission(entitlement, FailOpen.MAX_TOKENS));
  }

  /** How things stand, as a line for readiness probes. */
  String line() {
    KeyStores.Standing standing = stores.standing();
    String source =
        standing.source() == KeyStores.Source.FAIL_MODE ? settings.failMode().name().toLowerCase(Locale.ROOT) : standing.source().name().toLowerCase(Locale.ROOT);
    String age = standing.snapshotAge().map(since -> Long.toString(since.toSeconds())).orElse("none");
    return "keys=" + source + " snapshot_age_s=" + age + "\n";
  }

  @Override
  public void close() {
    stores.close();
    queries.close();
    redis.ifPresent(RedisLink::close);
    database.close();
  }
}
