// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.sluice.routing.ApiKey;
import dev.sluice.routing.ApiKeyRouter;
import dev.sluice.routing.KeyFingerprint;
import dev.sluice.routing.Lookup;
import dev.sluice.routing.RouteDecision;
import dev.sluice.routing.database.Database;
import dev.sluice.routing.database.DatabaseSettings;
import dev.sluice.routing.database.KeyQueries;
import dev.sluice.routing.key.KeyMint;
import dev.sluice.routing.key.Pepper;
import dev.sluice.routing.redis.RedisKeys;
import dev.sluice.routing.redis.RedisLink;
import dev.sluice.routing.servers.PostgresServer;
import dev.sluice.routing.servers.RedisServer;
import dev.sluice.routing.servers.TcpProxy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;

/** Real servers behind proxies, and the layers of as many nodes as a test wants. */
final class Installation implements AutoCloseable {
  static final Pepper PEPPER = Pepper.parse("11".repeat(32)).orElseThrow();
  static final Pepper OTHER_PEPPER = Pepper.parse("22".repeat(32)).orElseThrow();

  private final PostgresServer postgres;
  private final RedisServer redis = RedisServer.start();
  final TcpProxy postgresProxy;
  final TcpProxy redisProxy = TcpProxy.before(redis.port());
  private final KeyMint mint = new KeyMint(PEPPER, new SecureRandom());
  private final List<AutoCloseable> opened = Collections.synchronizedList(new ArrayList<>());
  private int minted;

  Installation() throws Exception {
    this(PostgresServer.database());
    postgres.migrate();
    sql("INSERT INTO accounts (id) VALUES ('team')");
  }

  /** On a server that has the tables already. */
  private Installation(PostgresServer postgres) throws Exception {
    this.postgres = postgres;
    this.postgresProxy = TcpProxy.before(postgres.port());
  }

  /** On a standby with what is in these tables now; its files are in {@code folder}. */
  Installation standby(Path folder) throws Exception {
    return new Installation(postgres.standby(folder));
  }

  /** Real time, and as much on top as a test has no patience for. Thread-safe. */
  static final class Hasty implements Ticker {
    private final AtomicLong skipped = new AtomicLong();

    @Override
    public long read() {
      return System.nanoTime() + skipped.get();
    }

    void skip(Duration time) {
      skipped.addAndGet(time.toNanos());
    }
  }

  /** A store resets every connection until this is closed. */
  static final class Away implements AutoCloseable {
    private final TcpProxy store;

    Away(TcpProxy store) {
      this.store = store;
      store.fault(TcpProxy.Fault.RESET);
    }

    @Override
    public void close() {
      store.fault(TcpProxy.Fault.NONE);
    }
  }

  /** One node's layers and what it asked of whom. */
  static final class Node implements AutoCloseable {
    final KeyStores stores;
    final ApiKeyRouter router;
    final Set<Layer> distrusted;
    private final Map<Layer, AtomicLong> asked;
    private final List<AutoCloseable> parts;

    Node(KeyStores stores, ApiKeyRouter router, Set<Layer> distrusted, Map<Layer, AtomicLong> asked, List<AutoCloseable> parts) {
      this.stores = stores;
      this.router = router;
      this.distrusted = distrusted;
      this.asked = asked;
      this.parts = parts;
    }

    long asked(Layer layer) {
      return asked.get(layer).get();
    }

    /** What a key comes to once it is looked up. */
    RouteDecision route(ApiKey key) throws Exception {
      RouteDecision decision = router.route(key, Instant.now());
      if (decision instanceof RouteDecision.Pending pending) {
        Lookup answer = pending.answer().get(10, TimeUnit.SECONDS);
        return ApiKeyRouter.judge(answer, Instant.now());
      }
      return decision;
    }

    /** The same in a word. */
    String word(ApiKey key) {
      try {
        return switch (route(key)) {
          case RouteDecision.Entitled entitled -> "entitled";
          case RouteDecision.Denied denied -> denied.reason().name();
          case RouteDecision.Unavailable unavailable -> "unavailable";
          case RouteDecision.Busy busy -> "busy";
          case RouteDecision.Pending pending -> "pending";
        };
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void close() throws Exception {
      for (AutoCloseable part : parts.reversed()) {
        part.close();
      }
    }
  }

  /**
   * What is particular about a node. Immutable.
   *
   * @param ticker of memory, the index and the upkeep; deadlines keep real time
   * @param guards their ticker
   * @param pastFaults whether the stores are reached through no proxy
   * @param queryDeadline generous where a busy machine must not make PostgreSQL look lost
   */
  record Plan(
      Path snapshot, StoreTimes times, List<Pepper> peppers, boolean withRedis, boolean pastFaults, Ticker ticker, Ticker guards, Duration queryDeadline) {
    static Plan of(Path snapshot) {
      return new Plan(snapshot, StoreTimes.DEFAULT, List.of(PEPPER), true, false, System::nanoTime, System::nanoTime, Duration.ofMillis(250));
    }

    Plan with(StoreTimes other) {
      return new Plan(snapshot, other, peppers, withRedis, pastFaults, ticker, guards, queryDeadline);
    }

    Plan with(List<Pepper> others) {
      return new Plan(snapshot, times, others, withRedis, pastFaults, ticker, guards, queryDeadline);
    }

    Plan with(Ticker other) {
      return new Plan(snapshot, times, peppers, withRedis, pastFaults, other, guards, queryDeadline);
    }

    /** Waits as little as {@code time} likes. */
    Plan on(Hasty time) {
      return new Plan(snapshot, times, peppers, withRedis, pastFaults, time, time, queryDeadline);
    }

    Plan withoutRedis() {
      return new Plan(snapshot, times, peppers, false, pastFaults, ticker, guards, queryDeadline);
    }

    /** Whatever befalls the proxies. */
    Plan withoutFaults() {
      return new Plan(snapshot, times, peppers, withRedis, true, ticker, guards, queryDeadline);
    }

    /** Waits for PostgreSQL however busy the machine is. */
    Plan patient() {
      return new Plan(snapshot, times, peppers, withRedis, pastFaults, ticker, guards, Duration.ofSeconds(20));
    }
  }

  Node node(Path snapshot) {
    return node(Plan.of(snapshot));
  }

  Node node(Plan plan) {
    var asked = new EnumMap<Layer, AtomicLong>(Layer.class);
    for (Layer layer : Layer.values()) {
      asked.put(layer, new AtomicLong());
    }
    Set<Layer> distrusted = ConcurrentHashMap.newKeySet();
    StoreListener listener =
        new StoreListener() {
          @Override
          public void answered(Layer layer, LayerAnswer answer) {
            asked.get(layer).incrementAndGet();
          }

          @Override
          public void trusted(Layer store, boolean trusted) {
            if (trusted) {
              distrusted.remove(store);
            } else {
              distrusted.add(store);
            }
          }
        };
    var database =
        new Database(new DatabaseSettings(postgres.jdbcUrl(plan.pastFaults() ? postgres.port() : postgresProxy.port()), Optional.empty(), Optional.empty(), 8, plan.queryDeadline()));
    var queries = new KeyQueries(database, new StoreGuard(Layer.POSTGRESQL, plan.guards(), listener), 8, plan.queryDeadline());
    RedisLink link = RedisLink.open("redis://127.0.0.1:" + (plan.pastFaults() ? redis.port() : redisProxy.port()), Optional.empty());
    var shared =
        new RedisKeys(
            link, new StoreGuard(Layer.REDIS, plan.guards(), listener), Duration.ofMillis(50), Duration.ofMinutes(5), Duration.ofSeconds(10));
    var stores =
        new KeyStores(
            new LayeredKeys.Stores(plan.withRedis() ? shared : SharedKeys.NONE, queries),
            plan.times(),
            () -> {},
            new KeyUpkeep.SnapshotFile(plan.snapshot(), plan.peppers()),
            new LayeredKeys.Time(plan.ticker(), InstantSource.system()),
            listener);
    if (plan.withRedis()) {
      shared.hear(stores.changes());
    }
    stores.start();
    var node = new Node(stores, new ApiKeyRouter(new PepperedKeys(plan.peppers(), stores::find)), distrusted, asked, List.of(database, queries, link, stores));
    opened.add(node);
    return node;
  }

  /** A new key in the tables. */
  ApiKey mint() throws SQLException {
    KeyMint.Minted key = mint.mint();
    insert("key-" + minted++, key.fingerprint());
    return key.key();
  }

  /** Asks a node about keys that nobody has, several at a time, until it no longer trusts PostgreSQL. */
  static void untilPostgreSqlIsDistrusted(Node node, Duration most) {
    await(
        most,
        () -> {
          var asked = new ArrayList<RouteDecision>();
          for (int i = 0; i < 5; i++) {
            asked.add(node.router.route(strange(), Instant.now()));
          }
          for (RouteDecision decision : asked) {
            if (decision instanceof RouteDecision.Pending pending) {
              pending.answer().join();
            }
          }
          return node.distrusted.contains(Layer.POSTGRESQL);
        });
  }

  static ApiKey strange() {
    return new KeyMint(PEPPER, new SecureRandom()).mint().key();
  }

  void insert(String id, KeyFingerprint key) throws SQLException {
    try (Connection connection = connection();
        var insert = connection.prepareStatement("INSERT INTO api_keys (id, fingerprint, account) VALUES (?, ?, 'team')")) {
      insert.setString(1, id);
      insert.setBytes(2, bytes(key));
      insert.executeUpdate();
    }
  }

  void revoke(ApiKey key) throws SQLException {
    try (Connection connection = connection();
        var update =
            connection.prepareStatement("UPDATE api_keys SET status = 'revoked', version = version + 1, updated_at = now() WHERE fingerprint = ?")) {
      update.setBytes(1, bytes(PEPPER.fingerprint(key)));
      if (update.executeUpdate() != 1) {
        throw new IllegalStateException("no such key");
      }
    }
  }

  static byte[] bytes(KeyFingerprint key) {
    return ByteBuffer.allocate(32).putLong(key.first()).putLong(key.second()).putLong(key.third()).putLong(key.fourth()).array();
  }

  Connection connection() throws SQLException {
    return DriverManager.getConnection(postgres.jdbcUrl());
  }

  void sql(String statement) throws SQLException {
    try (Connection connection = connection();
        var run = connection.createStatement()) {
      run.execute(statement);
    }
  }

  /** Has all rows be old, so that no node that starts takes them for new. */
  void age() throws SQLException {
    sql("UPDATE api_keys SET updated_at = now() - interval '1 day'");
    sql("UPDATE accounts SET updated_at = now() - interval '1 day'");
  }

  /** Transactions that PostgreSQL has ended, as it counts them; its counts come up to a second late. */
  long transactions() throws SQLException {
    LockSupport.parkNanos(Duration.ofMillis(1_500).toNanos());
    try (Connection connection = connection();
        var rows =
            connection.createStatement().executeQuery("SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()")) {
      if (!rows.next()) {
        throw new IllegalStateException("no statistics");
      }
      return rows.getLong(1);
    }
  }

  /** Tables as {@link dev.sluice.routing.database.Schema} makes them, through no proxy. */
  DataSource dataSource() {
    return postgres.dataSource();
  }

  /** A port of Redis that no fault reaches. */
  int redisPort() {
    return redis.port();
  }

  static void await(Duration most, BooleanSupplier condition) {
    long end = System.nanoTime() + most.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("not within " + most);
      }
      LockSupport.parkNanos(5_000_000);
    }
  }

  /** Ends every node, so that none asks for anything while the next is watched. */
  void closeNodes() throws Exception {
    for (AutoCloseable node : opened) {
      node.close();
    }
    opened.clear();
  }

  @Override
  public void close() throws Exception {
    closeNodes();
    postgresProxy.close();
    redisProxy.close();
    redis.close();
    postgres.close();
  }
}
