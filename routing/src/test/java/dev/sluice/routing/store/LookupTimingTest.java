// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.sluice.routing.ApiKey;
import dev.sluice.routing.ApiKeyRouter;
import dev.sluice.routing.DenyReason;
import dev.sluice.routing.Entitlement;
import dev.sluice.routing.KeyStatus;
import dev.sluice.routing.RouteDecision;
import dev.sluice.routing.Terms;
import dev.sluice.routing.Traits;
import dev.sluice.routing.key.KeyFile;
import dev.sluice.routing.key.KeyFileListener;
import dev.sluice.routing.key.KeyMint;
import dev.sluice.routing.servers.Measured;
import dev.sluice.routing.servers.TimingLeak;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How long a look-up in memory takes says nothing of how near a wrong key is to a right one, nor of whether it was one once.
 *
 * <p>A revoked key is no part of the index of those that exist, nor of a key file that is loaded, so it takes the path of one that nobody has.
 * Until the index is made anew, about a minute after the revocation, the key is looked up instead, once for every time that memory keeps it: who
 * measures many calls over a quiet network can tell it from an unknown one then, by some tens of microseconds. While PostgreSQL does not answer,
 * what nobody has is left to the fail mode and what is known to be revoked is not; the answer shows that.
 */
@Tag("bench")
class LookupTimingTest {
  private static final int KEYS = 2_000;
  private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-";
  private static final RouteDecision UNKNOWN = new RouteDecision.Denied(DenyReason.UNKNOWN);
  private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");

  @TempDir private Path folder;
  private final SplittableRandom random = new SplittableRandom(7);
  private final List<byte[]> right = new ArrayList<>();
  private final List<byte[]> others = new ArrayList<>();

  private List<KeyRow> mint() {
    return mint(KeyStatus.ACTIVE);
  }

  private List<KeyRow> mint(KeyStatus status) {
    var mint = new KeyMint(Installation.PEPPER, new SecureRandom());
    List<KeyRow> rows = new ArrayList<>();
    for (int i = 0; i < KEYS; i++) {
      KeyMint.Minted minted = mint.mint();
      right.add(minted.key().bytes());
      others.add(mint.mint().key().bytes());
      rows.add(
          new KeyRow(
              minted.fingerprint(),
              new Entitlement("key-" + i, "team", Traits.NONE, Terms.NONE, Set.of(), Set.of(), Optional.empty(), status),
              1));
    }
    return rows;
  }

  /** A right key but for its last character. */
  private byte[] near() {
    return wrong(right);
  }

  /** Made in the same way, and near no right key. */
  private byte[] far() {
    return wrong(others);
  }

  private byte[] wrong(List<byte[]> secrets) {
    byte[] secret = secrets.get(random.nextInt(secrets.size())).clone();
    byte letter = (byte) LETTERS.charAt(random.nextInt(LETTERS.length()));
    int last = secret.length - 1;
    secret[last] = letter == secret[last] ? (byte) '_' : letter;
    return secret;
  }

  private static ApiKey key(byte[] secret) {
    return ApiKey.of(new String(secret, StandardCharsets.US_ASCII)).orElseThrow();
  }

  /** Time stands, so that the index stays in force and nothing else happens meanwhile. */
  private KeyStores indexed(List<KeyRow> rows) {
    Ticker still = () -> 0;
    var stores =
        new KeyStores(
            new LayeredKeys.Stores(SharedKeys.NONE, new MemoryTable(rows)),
            StoreTimes.DEFAULT,
            () -> {},
            new KeyUpkeep.SnapshotFile(folder.resolve("keys"), List.of(Installation.PEPPER)),
            new LayeredKeys.Time(still, InstantSource.fixed(NOW)),
            StoreListener.NONE);
    stores.start();
    Installation.await(Duration.ofSeconds(20), stores::indexInForce);
    return stores;
  }

  @Test
  void aWrongKeyThatBeginsLikeARightOneTakesNoLonger() {
    List<KeyRow> rows = mint();
    try (KeyStores stores = indexed(rows)) {
      var router = new ApiKeyRouter(new PepperedKeys(List.of(Installation.PEPPER), stores::find));
      right.forEach(secret -> router.route(key(secret), NOW));
      for (byte[] secret : right) {
        Installation.await(Duration.ofSeconds(20), () -> router.route(key(secret), NOW) instanceof RouteDecision.Entitled);
      }
      // Of some ten thousand wrong keys the index takes one for a right one; that costs a look-up, whatever the key begins with.
      double t =
          TimingLeak.of(
              () -> key(near()),
              () -> key(far()),
              key -> router.route(key, NOW).equals(UNKNOWN) ? 1 : 0);
      Measured figure = Measured.atMost("timing: Welch's t of wrong API keys that begin like right ones", t, TimingLeak.BOUND, "", "LookupTimingTest").print();
      assertThat(figure.bearable()).isTrue();
    }
  }

  private byte[] any(List<byte[]> secrets) {
    return secrets.get(random.nextInt(secrets.size()));
  }

  @Test
  void aRevokedKeyTakesTheTimeOfOneThatNobodyHas() {
    List<KeyRow> rows = mint(KeyStatus.REVOKED);
    try (KeyStores stores = indexed(rows)) {
      var router = new ApiKeyRouter(new PepperedKeys(List.of(Installation.PEPPER), stores::find));
      double t = revokedBesideUnknown(router);
      Measured figure = Measured.atMost("timing: Welch's t of revoked API keys beside unknown ones", t, TimingLeak.BOUND, "", "LookupTimingTest").print();
      assertThat(figure.bearable()).isTrue();
    }
  }

  @Test
  void aRevokedKeyOfAKeyFileTakesTheTimeOfOneThatNobodyHas() throws Exception {
    var text = new StringBuilder("keys:\n");
    for (KeyRow row : mint(KeyStatus.REVOKED)) {
      String id = row.entitlement().keyId();
      text.append("  - id: ").append(id).append("\n    account: team\n    status: revoked\n    hash: ").append(row.fingerprint().text()).append('\n');
    }
    Path file = Files.writeString(folder.resolve("keys.yaml"), text);
    var router = new ApiKeyRouter(KeyFile.open(file, Installation.PEPPER, new KeyFileListener() {}));
    double t = revokedBesideUnknown(router);
    Measured figure = Measured.atMost("timing: Welch's t of revoked API keys of a key file beside unknown ones", t, TimingLeak.BOUND, "", "LookupTimingTest").print();
    assertThat(figure.bearable()).isTrue();
  }

  private double revokedBesideUnknown(ApiKeyRouter router) {
    return TimingLeak.of(() -> key(any(right)), () -> key(any(others)), key -> router.route(key, NOW).equals(UNKNOWN) ? 1 : 0);
  }

  /** So that the ones above could fail. */
  @Test
  void aComparisonThatStopsAtTheFirstDifferenceIsFound() {
    mint();
    byte[] secret = right.getFirst();
    right.subList(1, right.size()).clear();
    double t =
        TimingLeak.of(
            this::near,
            this::far,
            wrong -> {
              // Many times over, so that it is found on a busy machine too.
              int steps = 0;
              for (int i = 0; i < 50; i++) {
                for (int same = 0; same < secret.length && wrong[same] == secret[same]; same++) {
                  steps++;
                }
              }
              return steps;
            });
    assertThat(t).isGreaterThan(TimingLeak.BOUND);
  }
}
