// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.routing.ApiKey;
import dev.sluice.routing.ApiKeyRouter;
import dev.sluice.routing.DenyReason;
import dev.sluice.routing.Entitlement;
import dev.sluice.routing.KeyStatus;
import dev.sluice.routing.Lookup;
import dev.sluice.routing.RouteDecision;
import dev.sluice.routing.Terms;
import dev.sluice.routing.Traits;
import dev.sluice.routing.config.ConfigException;
import dev.sluice.routing.config.ConfigProblem;
import dev.sluice.routing.config.FileWatcher;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyFileTest {
  private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

  @TempDir private Path folder;
  private Path file;
  private final Pepper pepper = Pepper.parse("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff").orElseThrow();
  private final KeyMint mint = new KeyMint(pepper, new SecureRandom());
  private final KeyMint.Minted first = mint.mint();
  private final KeyMint.Minted second = mint.mint();
  private final Events events = new Events();

  @BeforeEach
  void name() {
    file = folder.resolve("keys.yaml");
  }

  @Test
  void everyFieldOfAnEntryIsRead() throws Exception {
    write(
        """
        keys:
          - id: web-1
            prefix: %s
            hash: %s
            account: acme
            organisation: example
            team: shop
            environment: production
            tier: premium
            account_type: external
            workload_tag: chat
            level: 3
            weight: 2.5
            tokens_per_second: 5000/s
            requests_per_second: 20
            max_depth: 100
            max_wait: 10s
            models: [llama-*, gpt-4o]
            providers: [local-a]
            expires_at: 2027-01-01T00:00:00+01:00
            status: suspended
            description: "the web shop: both colours"
        """
            .formatted(first.prefix(), first.fingerprint().text()));

    assertThat(open().find(first.key()))
        .isEqualTo(
            new Lookup.Hit(
                new Entitlement(
                    "web-1",
                    "acme",
                    new Traits(
                        Optional.of("example"),
                        Optional.of("shop"),
                        Optional.of("production"),
                        Optional.of("premium"),
                        Optional.of("external"),
                        Optional.of("chat")),
                    new Terms(
                        OptionalInt.of(3),
                        OptionalDouble.of(2.5),
                        OptionalLong.of(5000),
                        OptionalInt.of(20),
                        OptionalInt.of(100),
                        Optional.of(Duration.ofSeconds(10)),
                        Optional.empty()),
                    Set.of("llama-*", "gpt-4o"),
                    Set.of("local-a"),
                    Optional.of(Instant.parse("2026-12-31T23:00:00Z")),
                    KeyStatus.SUSPENDED)));
  }

  @Test
  void anEntryMayHoldTheLeast() throws Exception {
    write("keys:\n" + entry("a", first));

    assertThat(open().find(first.key()))
        .isEqualTo(
            new Lookup.Hit(
                new Entitlement(
                    "a",
                    "acme",
                    Traits.NONE,
                    Terms.NONE,
                    Set.of(),
                    Set.of(),
                    Optional.empty(),
                    KeyStatus.ACTIVE)));
  }

  @Test
  void unknownKeysAreKnownAbsent() throws Exception {
    write("keys:\n" + entry("a", first));

    assertThat(open().find(second.key())).isEqualTo(new Lookup.KnownAbsent());
  }

  @Test
  void aKeyEndsAtItsExpiryNotBeforeAndNotAfter() throws Exception {
    write("keys:\n" + entry("a", first) + "    expires_at: 2026-11-23T12:00:00Z\n");
    var router = new ApiKeyRouter(open());

    assertThat(router.route(first.key(), NOW.minusNanos(1))).isInstanceOf(RouteDecision.Entitled.class);
    assertThat(router.route(first.key(), NOW)).isEqualTo(new RouteDecision.Denied(DenyReason.EXPIRED));
    assertThat(router.route(first.key(), NOW.plusSeconds(1))).isEqualTo(new RouteDecision.Denied(DenyReason.EXPIRED));
  }

  @Test
  void statusDecidesBeforeExpiry() throws Exception {
    write("keys:\n" + entry("a", first) + "    status: revoked\n" + entry("b", second) + "    status: suspended\n");
    var router = new ApiKeyRouter(open());

    assertThat(router.route(first.key(), NOW)).as("like a key that nobody has").isEqualTo(new RouteDecision.Denied(DenyReason.UNKNOWN));
    assertThat(router.route(second.key(), NOW)).isEqualTo(new RouteDecision.Denied(DenyReason.SUSPENDED));
    assertThat(router.route(mint.mint().key(), NOW)).isEqualTo(new RouteDecision.Denied(DenyReason.UNKNOWN));
  }

  @Test
  void anOutageIsNotAnUnknownKey() {
    var router = new ApiKeyRouter(key -> new Lookup.Failed("database: timeout"));

    assertThat(router.route(first.key(), NOW)).isEqualTo(new RouteDecision.Unavailable("database: timeout"));
  }

  @Test
  void everyFaultIsReportedAtOnceWithItsLine() throws Exception {
    write(
        """
        keys:
          - id: a
            hash: %s
            acount: acme
          - id: a b
            hash: sk-sluice-pasted-the-secret-itself
            account: acme
            level: 20
            models: [gp*t]
            expires_at: tomorrow
            status: retired
        """
            .formatted(first.fingerprint().text()));

    assertThatThrownBy(this::open)
        .isInstanceOfSatisfying(
            ConfigException.class,
            e ->
                assertThat(e.problems().stream().map(problem -> problem.render().replace(file.toString(), "keys.yaml")))
                    .containsExactlyInAnyOrder(
                        "keys.yaml:4: keys[0].acount: unknown key (expected: a key of keys[0]; did you mean account?)",
                        "keys.yaml:2: keys[0].account: missing (expected: a name of letters, digits and ._:@/+-, at most 128)",
                        "keys.yaml:5: keys[1].id: a b (expected: a name of letters, digits and ._:@/+-, at most 64)",
                        "keys.yaml:6: keys[1].hash: *** (expected: hmac-sha256: and 64 hexadecimal digits, as `sluice keys hash` prints)",
                        "keys.yaml:8: keys[1].level: 20 (expected: a whole number from 0 to 19)",
                        "keys.yaml:9: keys[1].models[0]: gp*t (expected: a model's name, or a prefix followed by *)",
                        "keys.yaml:10: keys[1].expires_at: tomorrow (expected: an instant such as 2027-01-31T12:00:00Z)",
                        "keys.yaml:11: keys[1].status: retired (expected: active or revoked or suspended)"));
  }

  @Test
  void idAndHashAreUnique() throws Exception {
    write("keys:\n" + entry("a", first) + entry("a", second) + entry("b", first));

    assertThatThrownBy(this::open)
        .hasMessageContaining("keys[1].id: a (expected: an id of its own; the same is on line 2)")
        .hasMessageContaining("keys[2].hash: *** (expected: a hash of its own; the same is on line 3)");
  }

  @Test
  void aMissingFileIsAProblemNotAnEmptyStore() {
    assertThatThrownBy(this::open).isInstanceOf(ConfigException.class).hasMessageContaining("no such file");
  }

  @Test
  void reloadTakesOverAGoodFile() throws Exception {
    write("keys:\n" + entry("a", first));
    KeyFile keys = open();
    write("keys:\n" + entry("b", second));
    keys.reload();

    assertThat(keys.find(first.key())).isEqualTo(new Lookup.KnownAbsent());
    assertThat(keys.find(second.key())).isInstanceOf(Lookup.Hit.class);
    assertThat(events.told).containsExactly("reloaded 1");
  }

  @Test
  void aBadFileNeverDisturbsTheKeysInForceAndIsReportedOnce() throws Exception {
    write("keys:\n" + entry("a", first));
    KeyFile keys = open();
    write("keys:\n" + entry("a", first) + "    colour: blue\n");
    keys.reload();
    keys.reload();
    Files.delete(file);
    keys.reload();

    assertThat(keys.find(first.key())).isInstanceOf(Lookup.Hit.class);
    assertThat(events.told).containsExactly("refused 1", "refused 1");

    write("keys:\n" + entry("a", first));
    keys.reload();
    assertThat(events.told).hasSize(2);
  }

  @Test
  void theWatcherSeesRewritingRenamingAndSwappedLinks() throws Exception {
    Path real = folder.resolve("real.yaml");
    Path other = folder.resolve("other.yaml");
    Files.writeString(real, "keys:\n" + entry("a", first));
    Files.writeString(other, "keys:\n" + entry("b", second));
    Files.createSymbolicLink(file, real);
    KeyFile keys = open();
    var watcher = new FileWatcher(file, keys::reload);
    watcher.look();
    assertThat(events.told).isEmpty();

    Path link = Files.createSymbolicLink(folder.resolve("swap"), other);
    Files.move(link, file, StandardCopyOption.ATOMIC_MOVE);
    watcher.look();
    assertThat(keys.find(second.key())).isInstanceOf(Lookup.Hit.class);

    Path fresh = Files.writeString(folder.resolve("fresh"), "keys:\n" + entry("a", first) + entry("b", second));
    Files.move(fresh, other, StandardCopyOption.ATOMIC_MOVE);
    watcher.look();
    assertThat(keys.size()).isEqualTo(2);

    Files.writeString(other, "keys: []\n");
    watcher.look();
    watcher.look();
    watcher.look();
    assertThat(keys.size()).isZero();
    assertThat(events.told).containsExactly("reloaded 1", "reloaded 2", "reloaded 0");
  }

  @Test
  void aListenerThatThrowsDoesNotStopTheLooking() throws Exception {
    write("keys: []\n");
    var calls = new ArrayList<String>();
    var watcher =
        new FileWatcher(
            file,
            () -> {
              calls.add("call");
              throw new IllegalStateException("listener");
            });
    write("keys:\n" + entry("a", first));
    watcher.look();
    watcher.look();
    watcher.look();

    assertThat(calls).hasSize(2);
  }

  @Test
  void mintedKeysAreUniqueLongAndFoundAgain() throws Exception {
    var secrets = new ArrayList<String>();
    for (int i = 0; i < 1000; i++) {
      secrets.add(mint.mint().reveal());
    }
    assertThat(secrets).doesNotHaveDuplicates().allMatch(secret -> secret.matches("sk-sluice-[A-Za-z0-9_-]{36}"));

    String secret = first.reveal();
    assertThat(secret).startsWith(first.prefix());
    assertThat(pepper.fingerprint(ApiKey.of(secret).orElseThrow())).isEqualTo(first.fingerprint());
  }

  @Test
  void lookupFigure() throws Exception {
    var text = new StringBuilder("keys:\n");
    for (int i = 0; i < 1000; i++) {
      text.append(entry("k" + i, mint.mint()));
    }
    write(text + entry("a", first));
    KeyFile keys = open();
    for (int i = 0; i < 50_000; i++) {
      keys.find(i % 2 == 0 ? first.key() : second.key());
    }
    long[] nanos = new long[20_000];
    for (int i = 0; i < nanos.length; i++) {
      ApiKey key = i % 2 == 0 ? first.key() : second.key();
      long start = System.nanoTime();
      Lookup found = keys.find(key);
      nanos[i] = System.nanoTime() - start;
      assertThat(found instanceof Lookup.Hit).isEqualTo(i % 2 == 0);
    }
    Arrays.sort(nanos);
    System.out.printf("key lookup p50 %.2f us, p99 %.2f us%n", nanos[10_000] / 1e3, nanos[19_800] / 1e3);
    assertThat(nanos[10_000]).isLessThan(20_000);
  }

  private static String entry(String id, KeyMint.Minted key) {
    return "  - id: %s%n    hash: %s%n    account: acme%n".formatted(id, key.fingerprint().text());
  }

  private void write(String text) throws Exception {
    Files.writeString(file, text);
  }

  private KeyFile open() throws ConfigException {
    return KeyFile.open(file, pepper, events);
  }

  private static final class Events implements KeyFileListener {
    private final List<String> told = new ArrayList<>();

    @Override
    public void reloaded(int keys) {
      told.add("reloaded " + keys);
    }

    @Override
    public void refused(List<ConfigProblem> problems) {
      told.add("refused " + problems.size());
    }
  }
}
