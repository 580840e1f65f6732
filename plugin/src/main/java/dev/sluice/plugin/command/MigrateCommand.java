// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.command;

import com.zaxxer.hikari.HikariDataSource;
import dev.sluice.plugin.command.migrate.Conversion;
import dev.sluice.plugin.command.migrate.OldDatabase;
import dev.sluice.plugin.command.migrate.OldSettings;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** {@code sluice migrate}: turns a configuration of the older gateway into ours. Immutable. */
final class MigrateCommand {
  private static final String DATABASE = "from";
  private static final String USUAL_RULES = "config/scheduler_time_rules.ini";

  private MigrateCommand() {}

  static int run(List<String> args, Surface surface) throws UsageException, IOException {
    Arguments arguments = Arguments.parse(args, List.of("out", DATABASE), List.of("dry-run"));
    arguments.expectRest(1, "the INI file to convert");
    Path file = Path.of(arguments.rest().getFirst());
    Path out = arguments.path("out", Path.of("sluice.yaml"));
    OldSettings old = OldSettings.read(text(file));
    Optional<Path> rules = rules(old, file, surface);
    if (rules.isPresent()) {
      old = old.and(OldSettings.read(text(rules.get())));
    }
    Conversion.Result result = Conversion.of(old, database(arguments, surface));
    if (!result.refusals().isEmpty()) {
      result.refusals().forEach(line -> surface.err().println(file + ": " + line));
      surface.err().println("nothing was written");
      return Commands.FAILED;
    }
    rules.ifPresent(path -> surface.err().println("# time rules taken from " + path));
    result.notes().forEach(line -> surface.err().println("# " + line));
    if (arguments.has("dry-run") || !arguments.has("out")) {
      surface.out().print(result.yaml());
      return Commands.OK;
    }
    if (Files.exists(out)) {
      throw new UsageException("--out: " + out + ": exists already (expected: a new file)");
    }
    Files.writeString(out, result.yaml(), StandardOpenOption.CREATE_NEW);
    surface.out().println("wrote " + out + "; check it with: sluice check --config " + out);
    return Commands.OK;
  }

  private static String text(Path file) throws UsageException, IOException {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new UsageException(file + ": no such file");
    } catch (CharacterCodingException e) {
      throw new UsageException(file + ": not UTF-8");
    }
  }

  /** The first version's file of time rules, which its main file names, looked for as the old gateway did and beside that file. */
  private static Optional<Path> rules(OldSettings old, Path file, Surface surface) {
    String named = old.value("time_rules_config");
    if (named.isEmpty() && !old.value("time_rules_enabled").equals("true")) {
      return Optional.empty();
    }
    Path rules = Path.of(named.isEmpty() ? USUAL_RULES : named);
    Path beside = file.toAbsolutePath().resolveSibling(String.valueOf(rules.getFileName()));
    Path below = file.toAbsolutePath().resolveSibling(rules);
    Optional<Path> found = List.of(rules, below, beside).stream().filter(Files::isRegularFile).findFirst();
    if (found.isEmpty()) {
      surface.err().println("# time_rules_config: " + rules + ": no such file; no time rules are carried over");
    }
    return found;
  }

  private static OldDatabase database(Arguments arguments, Surface surface) throws UsageException {
    Optional<String> url = arguments.value(DATABASE);
    if (url.isEmpty()) {
      return OldDatabase.NONE;
    }
    try (HikariDataSource source = Databases.open(DATABASE, url.get(), surface.environment())) {
      return OldDatabase.read(source);
    } catch (SQLException e) {
      throw new UsageException("--" + DATABASE + ": cannot be read (SQL state " + e.getSQLState() + ")");
    }
  }
}
