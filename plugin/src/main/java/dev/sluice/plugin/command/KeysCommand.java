// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.command;

import com.zaxxer.hikari.HikariDataSource;
import dev.sluice.plugin.config.ConfigLoader;
import dev.sluice.plugin.config.PepperSource;
import dev.sluice.plugin.config.SluiceConfig.KeySettings;
import dev.sluice.plugin.time.Clocks;
import dev.sluice.routing.ApiKey;
import dev.sluice.routing.Entitlement;
import dev.sluice.routing.config.ConfigException;
import dev.sluice.routing.config.Kind;
import dev.sluice.routing.config.Kinds;
import dev.sluice.routing.config.Place;
import dev.sluice.routing.config.Problems;
import dev.sluice.routing.config.YamlNode;
import dev.sluice.routing.key.Edited;
import dev.sluice.routing.key.KeyFileEditor;
import dev.sluice.routing.key.KeyMint;
import dev.sluice.routing.key.KeyRecord;
import dev.sluice.routing.key.NewKey;
import dev.sluice.routing.key.Pepper;
import dev.sluice.routing.registry.KeyRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** {@code sluice keys}: makes, lists and withdraws the API keys of a key file or a database. Immutable. */
final class KeysCommand {
  /** Traits and terms as flags. */
  private static final List<String> MORE = NewKey.MORE.stream().map(name -> name.replace('_', '-')).toList();

  private static final List<String> FILES = List.of("config", "file", "pepper");
  private static final Kind<Duration> OVERLAP = Kinds.duration(Duration.ZERO, KeyRegistry.LONGEST_OVERLAP);
  private static final int MAX_INPUT_BYTES = 4096;

  private final Surface surface;
  private final Arguments arguments;
  private final Path file;
  private final Path pepperFile;
  private final String pepperVariable;

  private KeysCommand(Surface surface, Arguments arguments, KeySettings settings) throws UsageException {
    this.surface = surface;
    this.arguments = arguments;
    this.file = arguments.path("file", settings.keysFile());
    this.pepperFile = arguments.path("pepper", settings.pepperFile());
    this.pepperVariable = settings.pepperEnv();
  }

  static int run(List<String> args, Surface surface) throws UsageException, ConfigException, IOException {
    String action = args.isEmpty() ? "" : args.getFirst();
    List<String> rest = args.isEmpty() ? List.of() : args.subList(1, args.size());
    return switch (action) {
      case "create" ->
          of(
                  rest,
                  Databases.with(Stream.of(List.of("account", "id", "models", "expires", "description"), MORE, FILES).flatMap(List::stream).toList()),
                  0,
                  surface)
              .either(KeysCommand::create, (command, keys) -> keys.create(command.arguments, command.mint(false)));
      case "list" -> of(rest, Databases.with(FILES), 0, surface).either(KeysCommand::list, (command, keys) -> keys.list());
      case "rotate" ->
          of(rest, Databases.with(List.of("overlap", "config", "file", "pepper")), 1, surface).either(KeysCommand::rotate, KeysCommand::rotate);
      case "revoke" ->
          of(rest, Databases.with(FILES), 1, surface)
              .either(KeysCommand::revoke, (command, keys) -> keys.revoke(command.arguments.rest().getFirst(), command.mint(false), Clocks.wall().instant()));
      case "hash" -> of(rest, FILES, 0, surface).hash();
      default -> throw new UsageException((action.isEmpty() ? "no action" : Arguments.shown(action) + ": unknown action") + " (expected: create, list, rotate, revoke or hash)");
    };
  }

  private static KeysCommand of(List<String> args, List<String> flags, int rest, Surface surface)
      throws UsageException, ConfigException {
    var arguments = Arguments.parse(args, flags, List.of());
    arguments.expectRest(rest, rest == 0 ? "no arguments besides flags" : "the id of a key");
    return new KeysCommand(surface, arguments, settings(arguments, surface));
  }

  private static KeySettings settings(Arguments arguments, Surface surface) throws UsageException, ConfigException {
    Path config = arguments.path("config", Commands.DEFAULT_CONFIG);
    if (arguments.has("config") && !Files.exists(config)) {
      throw new UsageException("--config: " + config + ": no such file");
    }
    return new ConfigLoader(config, surface.environment()).keySettings();
  }

  /** Work on the key file. */
  private interface OnFile {
    int run(KeysCommand command) throws UsageException, ConfigException, IOException;
  }

  /** Work on the database. */
  private interface OnDatabase {
    int run(KeysCommand command, DatabaseKeysCommand keys) throws UsageException, ConfigException, IOException;
  }

  /** Works on the database if one was named, else on the key file. */
  private int either(OnFile onFile, OnDatabase onDatabase) throws UsageException, ConfigException, IOException {
    Optional<HikariDataSource> source = Databases.open(arguments, surface.environment());
    if (source.isEmpty()) {
      return onFile.run(this);
    }
    try (HikariDataSource open = source.get()) {
      return onDatabase.run(this, new DatabaseKeysCommand(open, surface));
    }
  }

  private int rotate() throws UsageException, ConfigException, IOException {
    String id = arguments.rest().getFirst();
    Instant now = Clocks.wall().instant();
    Duration overlap = overlap();
    KeyMint.Minted minted = mint(false).mint();
    return switch (new KeyFileEditor(file).rotate(id, present -> true, minted, now, now.plus(overlap))) {
      case Edited.Done done -> {
        surface.out().println(minted.reveal());
        surface.out().println("# key " + done.key().entitlement().keyId() + " of account " + done.key().entitlement().account() + ", added to " + file);
        surface.out().println("# This is the only time it is shown. Use it as: Authorization: Bearer " + minted.prefix() + "...");
        yield Commands.OK;
      }
      case Edited.Conflict conflict -> {
        surface.err().println("sluice keys rotate: " + conflict.detail());
        yield Commands.FAILED;
      }
      case Edited.Unknown unknown -> noSuchKey("rotate", id);
      case Edited.Stale stale -> throw new IllegalStateException("every state was meant");
    };
  }

  private int noSuchKey(String action, String id) {
    surface.err().println("sluice keys " + action + ": " + Arguments.shown(id) + ": no such key in " + file + " (`sluice keys list` prints them)");
    return Commands.FAILED;
  }

  private Duration overlap() throws UsageException {
    String text = arguments.value("overlap").orElse("24h");
    return OVERLAP
        .read(new YamlNode.Scalar(text, Place.DEFAULT), new Kind.Source("overlap", false, new Problems()))
        .orElseThrow(() -> new UsageException("--overlap: " + Arguments.shown(text) + " (expected: " + OVERLAP.expected() + ")"));
  }

  private int rotate(DatabaseKeysCommand keys) throws UsageException, ConfigException, IOException {
    return keys.rotate(arguments.rest().getFirst(), overlap(), mint(false), Clocks.wall().instant());
  }

  private KeyMint mint(boolean mayCreate) throws UsageException, ConfigException, IOException {
    return new KeyMint(pepper(mayCreate), new SecureRandom());
  }

  private int create() throws UsageException, ConfigException, IOException {
    String account = arguments.value("account").orElseThrow(() -> new UsageException("--account: missing (expected: --account NAME)"));
    var editor = new KeyFileEditor(file);
    var key =
        new NewKey(
            arguments.value("id"),
            account,
            more(),
            arguments.value("models").map(text -> List.of(text.split(",", -1))).orElse(List.of()),
            arguments.value("expires"),
            arguments.value("description"));
    key.check("--");
    KeyMint.Minted minted = mint(true).mint();
    String id = editor.append(key, minted);
    surface.out().println(minted.reveal());
    surface.out().println("# key " + id + " of account " + account + ", added to " + file);
    surface.out().println("# This is the only time it is shown. Use it as: Authorization: Bearer " + minted.prefix() + "...");
    return Commands.OK;
  }

  private Map<String, String> more() {
    Map<String, String> more = new HashMap<>();
    MORE.forEach(flag -> arguments.value(flag).ifPresent(text -> more.put(flag.replace('-', '_'), text)));
    return more;
  }

  private int list() throws ConfigException, IOException {
    surface.out().printf(Locale.ROOT, "%-20s %-16s %-20s %-6s %-10s %-21s %s%n", "ID", "PREFIX", "ACCOUNT", "LEVEL", "STATUS", "EXPIRES", "DESCRIPTION");
    for (KeyRecord key : new KeyFileEditor(file).records()) {
      Entitlement entitlement = key.entitlement();
      surface
          .out()
          .printf(
              Locale.ROOT,
              "%-20s %-16s %-20s %-6s %-10s %-21s %s%n",
              entitlement.keyId(),
              key.prefix().orElse("-"),
              entitlement.account(),
              entitlement.terms().level().isPresent() ? Integer.toString(entitlement.terms().level().getAsInt()) : "-",
              entitlement.status().name().toLowerCase(Locale.ROOT),
              entitlement.expiresAt().map(Object::toString).orElse("never"),
              key.description().orElse(""));
    }
    return Commands.OK;
  }

  private int revoke() throws ConfigException, IOException {
    String id = arguments.rest().getFirst();
    return switch (new KeyFileEditor(file).revoke(id)) {
      case REVOKED -> {
        surface.out().println("key " + id + " is revoked; a running process takes it over within a second");
        yield Commands.OK;
      }
      case ALREADY_REVOKED -> {
        surface.out().println("key " + id + " was revoked already");
        yield Commands.OK;
      }
      case UNKNOWN -> noSuchKey("revoke", id);
    };
  }

  private int hash() throws UsageException, ConfigException, IOException {
    var text = new String(surface.in().readNBytes(MAX_INPUT_BYTES), StandardCharsets.UTF_8).strip();
    ApiKey key =
        ApiKey.of(text)
            .orElseThrow(() -> new UsageException("no key on standard input (expected: 1 to " + ApiKey.MAX_CHARS + " visible ASCII characters)"));
    surface.out().println(pepper(false).fingerprint(key).text());
    return Commands.OK;
  }

  private Pepper pepper(boolean mayCreate) throws IOException, UsageException, ConfigException {
    Map<String, String> environment = arguments.has("pepper") ? Map.of() : surface.environment();
    Optional<Pepper> pepper = new PepperSource(pepperFile, pepperVariable, environment).find();
    if (pepper.isPresent()) {
      return pepper.get();
    }
    if (!mayCreate) {
      throw new UsageException("--pepper: " + pepperFile + ": no such file (`sluice keys create` makes it)");
    }
    if (!new KeyFileEditor(file).records().isEmpty()) {
      throw new UsageException("--pepper: " + pepperFile + ": no such file (expected: the pepper of the keys in " + file + ")");
    }
    surface.err().println("# made " + pepperFile + "; keep it safe, the keys are worthless without it");
    return Pepper.create(pepperFile, new SecureRandom());
  }
}
