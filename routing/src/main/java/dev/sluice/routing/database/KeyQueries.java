// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.database;

import dev.sluice.routing.KeyFingerprint;
import dev.sluice.routing.store.FailureCause;
import dev.sluice.routing.store.KeyRow;
import dev.sluice.routing.store.KeyTable;
import dev.sluice.routing.store.LayerAnswer;
import dev.sluice.routing.store.StoreException;
import dev.sluice.routing.store.StoreGuard;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keys in PostgreSQL. Thread-safe.
 *
 * <p>No more queries run at once than the pool has connections; whoever comes later stands in line for at most {@link #LINE}, which is not
 * held against the server. A query that outlives its deadline keeps its place until its socket gives up, within a second of the deadline.
 */
public final class KeyQueries implements KeyTable, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(KeyQueries.class);
  private static final Duration LINE = Duration.ofSeconds(1);
  private static final int FETCH_ROWS = 2_000;

  private final Database database;
  private final StoreGuard guard;
  private final Duration deadline;
  private final int size;
  private final Semaphore places;
  private final ExecutorService queries;

  /**
   * Queries over a database's connections.
   *
   * @param places queries at a time, the size of the pool
   */
  public KeyQueries(Database database, StoreGuard guard, int places, Duration deadline) {
    this.database = database;
    this.guard = guard;
    this.deadline = deadline;
    this.size = places;
    this.places = new Semaphore(places, true);
    this.queries = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("sluice-query-", 0).factory());
  }

  /** A query of its own. */
  @FunctionalInterface
  private interface Query<T> {
    T run(Connection connection) throws SQLException;
  }

  @Override
  public LayerAnswer find(KeyFingerprint key) {
    try {
      Optional<KeyRow> row = inTime(connection -> KeyRows.one(connection, key));
      return row.<LayerAnswer>map(found -> new LayerAnswer.Found(found.entitlement())).orElse(LayerAnswer.KNOWN_ABSENT);
    } catch (StoreException e) {
      return new LayerAnswer.Failed(e.failure());
    }
  }

  @Override
  public Written writtenSince(long sinceMicros, int maxRows) throws StoreException {
    return inTime(connection -> KeyRows.writtenSince(connection, sinceMicros, maxRows));
  }

  @Override
  public long readAll(RowReader reader) throws StoreException {
    warm();
    try (Connection connection = database.dataSource().getConnection()) {
      connection.setAutoCommit(false);
      connection.setReadOnly(true);
      try {
        return KeyRows.all(connection, FETCH_ROWS, reader);
      } finally {
        connection.rollback();
      }
    } catch (SQLException e) {
      throw new StoreException(SqlFailures.cause(e), "keys can't be read: SQL state " + e.getSQLState());
    }
  }

  /** Opens the pool's connections, so that the first rush of look-ups after a start does not wait for them one after another. */
  private void warm() {
    var held = new ArrayList<Connection>();
    try {
      for (int i = 0; i < size; i++) {
        held.add(database.lookups().getConnection());
      }
    } catch (SQLException e) {
      log.debug("store=POSTGRESQL not all connections opened ahead: SQL state {}", e.getSQLState());
    } finally {
      held.forEach(KeyQueries::giveBack);
    }
  }

  private static void giveBack(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      log.debug("store=POSTGRESQL a connection was not given back: SQL state {}", e.getSQLState());
    }
  }

  /** The fingerprints of an account's keys, for for telling that they changed. Blocks. */
  public List<KeyFingerprint> fingerprintsOf(String account) throws StoreException {
    try (Connection connection = database.dataSource().getConnection()) {
      return KeyRows.ofAccount(connection, account);
    } catch (SQLException e) {
      throw new StoreException(SqlFailures.cause(e), "keys can't be read: SQL state " + e.getSQLState());
    }
  }

  @Override
  public void probe() {
    if (!guard.admitsTrial()) {
      return;
    }
    if (!places.tryAcquire()) {
      // Whoever has them will tell.
      guard.unused();
      return;
    }
    try {
      boolean answers = ask(connection -> connection.isValid(1));
      log.debug("store=POSTGRESQL tried answers={}", answers);
    } catch (StoreException e) {
      log.debug("store=POSTGRESQL still fails cause={}", e.failure());
    }
  }

  private <T> T inTime(Query<T> query) throws StoreException {
    if (!guard.trusted()) {
      throw new StoreException(FailureCause.BREAKER_OPEN, "not asked");
    }
    try {
      if (!places.tryAcquire(LINE.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new StoreException(FailureCause.BUSY, "no place in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException(FailureCause.BUSY, "interrupted");
    }
    if (!guard.admits()) {
      places.release();
      throw new StoreException(FailureCause.BREAKER_OPEN, "not asked");
    }
    return ask(query);
  }

  /** Runs a query that the guard has let in and that has a place. */
  private <T> T ask(Query<T> query) throws StoreException {
    Future<T> running = queries.submit(() -> run(query));
    try {
      T result = running.get(deadline.toNanos(), TimeUnit.NANOSECONDS);
      guard.worked();
      return result;
    } catch (TimeoutException e) {
      throw failed(new StoreException(FailureCause.TIMEOUT, "no answer within " + deadline.toMillis() + " ms"));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      guard.unused();
      throw new StoreException(FailureCause.BUSY, "interrupted");
    } catch (ExecutionException e) {
      throw failed(SqlFailures.of(e.getCause()));
    }
  }

  private <T> T run(Query<T> query) throws SQLException {
    try (Connection connection = database.lookups().getConnection()) {
      return query.run(connection);
    } finally {
      places.release();
    }
  }

  private StoreException failed(StoreException failure) {
    if (failure.failure() == FailureCause.MALFORMED) {
      // The server did its part; one row is not what the schema promises.
      guard.worked();
    } else {
      guard.failed(failure.failure());
    }
    log.debug("store=POSTGRESQL cause={}: {}", failure.failure(), failure.getMessage());
    return failure;
  }

  @Override
  public void close() {
    queries.shutdownNow();
  }
}
