// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.plugin.config.PepperSource;
import dev.sluice.routing.ApiKey;
import dev.sluice.routing.Lookup;
import dev.sluice.routing.Terms;
import dev.sluice.routing.Traits;
import dev.sluice.routing.key.KeyFile;
import dev.sluice.routing.key.KeyFileListener;
import dev.sluice.routing.key.Pepper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandsTest {
  private static final String EVENTS = "events: {secret_env: E}\n";

  @TempDir private Path folder;
  private Path config;
  private Path keys;
  private Path pepper;

  @BeforeEach
  void layout() throws Exception {
    Path conf = Files.createDirectory(folder.resolve("conf"));
    config = Files.writeString(conf.resolve("sluice.yaml"), "scheduler:\n  queue_timeout: 7s\n" + EVENTS);
    keys = conf.resolve("keys.yaml");
    pepper = conf.resolve("pepper");
  }

  @Test
  void aCreatedKeyIsShownOnceAndWorks() throws Exception {
    Files.writeString(keys, "# our keys\nkeys: []   # none yet\n# the end\n");
    Result created = run("keys", "create", "--config", config.toString(), "--account", "acme", "--level=1", "--models", "llama-*,gpt-4o",
        "--expires", "2027-01-31T12:00:00Z", "--description", "web: 'shop'");

    assertThat(created.code).as(created.err).isZero();
    String secret = created.out.lines().findFirst().orElseThrow();
    assertThat(secret).matches("sk-sluice-[A-Za-z0-9_-]{36}");
    assertThat(created.out.lines().skip(1)).noneMatch(line -> line.contains(secret));
    assertThat(created.err).doesNotContain(secret);
    assertThat(Files.readString(keys)).contains("# our keys", "# the end").doesNotContain(secret, secret.substring(15));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(pepper))).isEqualTo("rw-------");

    assertThat(find(secret)).isInstanceOfSatisfying(
        Lookup.Hit.class,
        hit -> {
          assertThat(hit.entitlement().keyId()).isEqualTo("acme-1");
          assertThat(hit.entitlement().terms().level()).hasValue(1);
          assertThat(hit.entitlement().models()).containsExactlyInAnyOrder("llama-*", "gpt-4o");
        });
  }

  @Test
  void aLostPepperIsNotReplacedWhileKeysNeedIt() throws Exception {
    run("keys", "create", "--config", config.toString(), "--account", "a");
    Files.delete(pepper);
    Result result = run("keys", "create", "--config", config.toString(), "--account", "b");

    assertThat(result.code).isEqualTo(2);
    assertThat(result.err).contains("no such file (expected: the pepper of the keys in");
    assertThat(pepper).doesNotExist();
    var source = new PepperSource(pepper, "SLUICE_PEPPER", Map.of());
    assertThatThrownBy(() -> source.forStart(1, new SecureRandom())).hasMessageContaining("the pepper that the 1 keys were made with");
    source.forStart(0, new SecureRandom());
    assertThat(source.find()).isPresent();
  }

  @Test
  void checkFindsKeysOfProvidersThatDoNotExist() throws Exception {
    Files.writeString(config, "provider: {local: {primary: {models: [m]}}}\n" + EVENTS);
    run("keys", "create", "--config", config.toString(), "--account", "a");
    Files.writeString(keys, Files.readString(keys) + "    providers: [primry]\n");

    assertThat(run("check", "--config", config.toString()).err)
        .contains("key a-1: providers: primry (expected: a provider of", "did you mean primary?");
  }

  @Test
  void keysAreAppendedListedAndRevokedInPlace() throws Exception {
    assertThat(run("keys", "create", "--config", config.toString(), "--account", "a").code).isZero();
    Files.writeString(keys, Files.readString(keys) + "# between\n");
    Result second = run("keys", "create", "--config", config.toString(), "--account", "a", "--id", "mine");
    assertThat(second.code).as(second.err).isZero();
    assertThat(run("keys", "create", "--config", config.toString(), "--account", "b").code).isZero();
    assertThat(run("keys", "list", "--config", config.toString()).out.lines().map(line -> line.split(" +")[0]))
        .containsExactly("ID", "a-1", "mine", "b-1");

    Result revoked = run("keys", "revoke", "mine", "--config", config.toString());

    assertThat(revoked.code).as(revoked.err).isZero();
    String secret = second.out.lines().findFirst().orElseThrow();
    assertThat(find(secret)).isInstanceOf(Lookup.KnownAbsent.class);
    assertThat(Files.readString(keys)).contains("# between").containsOnlyOnce("revoked");
    assertThat(run("keys", "revoke", "mine", "--config", config.toString()).out).contains("already");
    assertThat(run("keys", "revoke", "nobody", "--config", config.toString()).code).isEqualTo(1);
  }

  @Test
  void keysCanBeMadeWhereAProvidersSecretCannotBeHad() throws Exception {
    Files.writeString(
        config,
        """
        token_routing: {keys_file: other/keys.yaml, pepper_file: other/pepper}
        provider: {local: {a: {models: [m], credentials: {env: NOT_SET}}}}
        """);
    assertThat(run("check", "--config", config.toString()).code).isEqualTo(1);
    assertThat(run("keys", "create", "--config", config.toString(), "--account", "a").code).isZero();
    assertThat(folder.resolve("other/keys.yaml")).exists();

    Files.writeString(config, "token_routing: {keys_fle: x}\n");
    assertThat(run("keys", "list", "--config", config.toString()).err).contains("did you mean keys_file?");
  }

  @Test
  void anIdInUseIsRefusedAndNothingChanges() throws Exception {
    run("keys", "create", "--config", config.toString(), "--account", "a", "--id", "one");
    String before = Files.readString(keys);
    Result again = run("keys", "create", "--config", config.toString(), "--account", "a", "--id", "one");

    assertThat(again.code).isEqualTo(1);
    assertThat(again.err).contains("id: one (expected: an id that is not in use)");
    assertThat(again.out).isEmpty();
    assertThat(Files.readString(keys)).isEqualTo(before);
  }

  @Test
  void aLayoutThatCannotBeEditedIsLeftAlone() throws Exception {
    run("keys", "create", "--config", config.toString(), "--account", "a");
    String hash = Files.readString(keys).lines().filter(line -> line.contains("hash:")).findFirst().orElseThrow().strip();
    String flow = "keys: [{id: a, " + hash + ", account: a}]\n";
    Files.writeString(keys, flow);

    assertThat(run("keys", "revoke", "a", "--config", config.toString()).err).contains("change it by hand");
    assertThat(run("keys", "create", "--config", config.toString(), "--account", "b").err).contains("change it by hand");
    assertThat(Files.readString(keys)).isEqualTo(flow);
  }

  @Test
  void revokeAddsAStatusWhereThereIsNone() throws Exception {
    run("keys", "create", "--config", config.toString(), "--account", "a");
    run("keys", "create", "--config", config.toString(), "--account", "b");
    Files.writeString(keys, Files.readString(keys).replaceFirst("    status: active\n", ""));
    assertThat(run("keys", "revoke", "a-1", "--config", config.toString()).code).isZero();

    assertThat(run("keys", "list", "--config", config.toString()).out)
        .containsPattern("a-1 .*revoked")
        .containsPattern("b-1 .*active");
  }

  @Test
  void hashMigratesAForeignKey() throws Exception {
    run("keys", "create", "--config", config.toString(), "--account", "a");
    Result hash = runWith("  sk-from-elsewhere\n", Map.of(), "keys", "hash", "--config", config.toString());

    assertThat(hash.code).isZero();
    assertThat(hash.out.strip())
        .isEqualTo(Pepper.read(pepper).orElseThrow().fingerprint(ApiKey.of("sk-from-elsewhere").orElseThrow()).text());
    assertThat(runWith("", Map.of(), "keys", "hash", "--config", config.toString()).code).isEqualTo(2);
  }

  @Test
  void thePepperMayComeFromTheEnvironment() throws Exception {
    String text = "ab".repeat(32);
    Result created = runWith("", Map.of("SLUICE_PEPPER", text), "keys", "create", "--config", config.toString(), "--account", "a");
    assertThat(created.code).isZero();
    assertThat(pepper).doesNotExist();

    Files.writeString(pepper, text);
    assertThat(find(created.out.lines().findFirst().orElseThrow())).isInstanceOf(Lookup.Hit.class);
    Result bad = runWith("", Map.of("SLUICE_PEPPER", "canary-short"), "keys", "create", "--config", config.toString(), "--account", "a");
    assertThat(bad.code).isEqualTo(1);
    assertThat(bad.err).contains("SLUICE_PEPPER").doesNotContain("canary");
  }

  @Test
  void aPepperThatOthersCanReadIsRefused() throws Exception {
    run("keys", "create", "--config", config.toString(), "--account", "a");
    for (String mode : List.of("rw-r-----", "rw----r--")) {
      Files.setPosixFilePermissions(pepper, PosixFilePermissions.fromString(mode));
      for (String command : List.of("keys create --account b", "check")) {
        Result result = run((command + " --config " + config).split(" "));
        assertThat(result.code).as(command).isEqualTo(1);
        assertThat(result.err).contains("readable by others than its owner (expected: a private file: chmod 600 " + pepper);
      }
    }
    Files.setPosixFilePermissions(pepper, PosixFilePermissions.fromString("rw-------"));
    Files.setPosixFilePermissions(keys, PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(run("keys", "create", "--config", config.toString(), "--account", "b").code).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "keys revoke sk-canary",
    "keys list sk-canary",
    "keys sk-canary",
    "check --sk-canary",
    "check canary0123456789012345678901234567890123456789",
  })
  void whatResemblesASecretIsNotRepeated(String line) {
    Result result = run((line + (line.startsWith("keys sk") ? "" : " --config " + config)).split(" "));

    assertThat(result.code).isNotZero();
    assertThat(result.err).contains("***").doesNotContain("canary");
  }

  @Test
  void eventsWithoutASecretAreRefusedWithWhatToSet() throws Exception {
    Files.writeString(config, "");
    assertThat(run("check", "--config", config.toString()).err)
        .contains("events: no secret (expected: secret_env: SLUICE_EVENTS_SECRET, or secret_file;");
    Files.writeString(config, "events: {secret_env: SLUICE_EVENTS_SECRET}\n");
    assertThat(run("check", "--config", config.toString()).err)
        .contains("events.secret_env: SLUICE_EVENTS_SECRET (expected: a variable that is set, to one printable line)");
  }

  @Test
  void aCreatedKeyCarriesTraitsAndTerms() throws Exception {
    Result created = run("keys", "create", "--config", config.toString(), "--account", "acme", "--organisation", "o", "--team", "true",
        "--environment", "production", "--tier", "premium", "--account-type", "external", "--workload-tag", "chat", "--weight", "2.5",
        "--tokens-per-second", "30/s", "--requests-per-second", "4", "--max-depth", "5", "--max-wait", "6s");

    assertThat(created.code).as(created.err).isZero();
    assertThat(find(created.out.lines().findFirst().orElseThrow())).isInstanceOfSatisfying(
        Lookup.Hit.class,
        hit -> {
          assertThat(hit.entitlement().traits())
              .isEqualTo(new Traits(Optional.of("o"), Optional.of("true"), Optional.of("production"), Optional.of("premium"), Optional.of("external"), Optional.of("chat")));
          Terms terms = hit.entitlement().terms();
          assertThat(terms.level()).isEmpty();
          assertThat(terms.weight()).hasValue(2.5);
          assertThat(terms.tokensPerSecond()).hasValue(30);
          assertThat(terms.requestsPerSecond()).hasValue(4);
          assertThat(terms.maxDepth()).hasValue(5);
          assertThat(terms.maxWait()).contains(Duration.ofSeconds(6));
        });
  }

  @Test
  void createSaysEverythingThatIsWrong() {
    Result result = run("keys", "create", "--config", config.toString(), "--account", "a b", "--level", "20", "--expires", "soon",
        "--workload-tag", "a\nb", "--max-wait", "1h");

    assertThat(result.code).isEqualTo(1);
    assertThat(result.err)
        .contains("--account: a b (expected: a name")
        .contains("--level: 20 (expected: a whole number from 0 to 19)")
        .contains("--workload-tag: a?b (expected: a name")
        .contains("--max-wait: 1h (expected: a duration from 0s to 50s")
        .contains("--expires: soon (expected: an instant such as 2027-01-31T12:00:00Z)");
    assertThat(keys).doesNotExist();
    assertThat(pepper).doesNotExist();
  }

  @Test
  void checkPrintsWhatIsInForce() {
    Result result = run("check", "--config", config.toString());

    assertThat(result.code).as(result.err).isZero();
    assertThat(result.out)
        .contains("conf/sluice.yaml: ok")
        .contains("  queue_timeout: 7s  # " + config + ":2")
        .contains("  max_queue_depth: 1000  # default");
  }

  @Test
  void checkPrintsEveryProblemOfEitherFile() throws Exception {
    Files.writeString(config, "scheduler:\n  queue_timeout: 7\n  polcy: strict\n" + EVENTS);
    Result result = run("check", "--config", config.toString());
    assertThat(result.code).isEqualTo(1);
    assertThat(result.out).isEmpty();
    assertThat(result.err.lines()).hasSize(2);

    Files.writeString(config, EVENTS);
    Files.writeString(keys, "keys:\n  - id: a\n");
    assertThat(run("check", "--config", config.toString()).err.lines()).hasSize(2).allMatch(line -> line.contains("missing"));
    assertThat(run("check", "--config", folder.resolve("none.yaml").toString()).err).contains("no such file");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
    "chek | unknown command (did you mean check?)",
    "check extra | expected: no arguments, but there is: extra",
    "check --confg x | --confg: unknown flag (expected: --config; did you mean --config?)",
    "check --config | --config: no value (expected: --config VALUE)",
    "check --config a --config b | --config: given twice (expected: once)",
    "keys | no action (expected: create, list, rotate, revoke or hash)",
    "keys mint | mint: unknown action (expected: create, list, rotate, revoke or hash)",
    "keys create | --account: missing (expected: --account NAME)",
    "keys revoke | expected: the id of a key",
  })
  void aWrongCommandLineSaysWhatIsExpected(String line, String message) {
    Result result = run(line.split(" "));

    assertThat(result.code).isEqualTo(2);
    assertThat(result.err).contains(message);
    assertThat(result.out).isEmpty();
  }

  @Test
  void helpNamesEveryCommand() {
    assertThat(run("help").out).contains("run ", "check ", "keys create", "keys list", "keys revoke", "keys hash");
    assertThat(run("--help").code).isZero();
  }

  private Lookup find(String secret) throws Exception {
    var file = KeyFile.open(keys, Pepper.read(pepper).orElseThrow(), new KeyFileListener() {});
    return file.find(ApiKey.of(secret).orElseThrow());
  }

  @Test
  void aKeyOfTheFileIsReplacedByAnother() throws Exception {
    run("keys", "create", "--config", config.toString(), "--account", "acme", "--tier", "spot");

    Result rotated = run("keys", "rotate", "acme-1", "--config", config.toString(), "--overlap", "1h");

    assertThat(rotated.code).as(rotated.err).isZero();
    assertThat(rotated.out).startsWith("sk-sluice-").contains("key acme-2 of account acme");
    assertThat(Files.readString(keys)).contains("rotated_from: acme-1", "expires_at: ");
    assertThat(run("keys", "rotate", "acme-1", "--config", config.toString()).err).contains("replaced already, by acme-2");
    assertThat(run("keys", "rotate", "nobody", "--config", config.toString()).err).contains("no such key");
    assertThat(run("keys", "rotate", "acme-2", "--config", config.toString(), "--overlap", "soon").code).isEqualTo(2);
  }

  @Test
  void anOlderConfigurationIsConvertedWithTheFileOfItsTimeRules() throws Exception {
    Path older = Path.of("src/test/resources/older");
    Path main = Files.copy(older.resolve("v1-scheduler.ini"), folder.resolve("scheduler.ini"));
    Path rules = Files.createDirectory(folder.resolve("config")).resolve("v1-time-rules.ini");
    Path out = folder.resolve("converted.yaml");

    assertThat(run("migrate", main.toString(), "--dry-run").err).contains("no time rules are carried over");
    Files.copy(older.resolve("v1-time-rules.ini"), rules);
    Result result = run("migrate", main.toString(), "--out", out.toString());

    assertThat(result.code).as(result.err).isZero();
    assertThat(result.err).contains("time rules taken from " + rules, "marketplace: off here");
    assertThat(Files.readString(out)).contains("time_windows:", "weights.daytime");
    assertThat(run("migrate", main.toString(), "--out", out.toString()).code).as("exists already").isEqualTo(2);
    assertThat(run("migrate", main.toString(), "--from", "mysql://x").code).isEqualTo(2);
    assertThat(run("migrate", folder.resolve("nothing.ini").toString()).code).isEqualTo(2);
  }

  private static Result run(String... args) {
    return runWith("", Map.of("E", "e"), args);
  }

  private static Result runWith(String input, Map<String, String> environment, String... args) {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    var surface =
        new Surface(
            new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            environment);
    int code = Commands.run(List.of(args), surface);
    return new Result(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private record Result(int code, String out, String err) {}
}
