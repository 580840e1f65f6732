// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.command;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** {@code sluice migrate}: turns a configuration of the older gateway into ours. Immutable. */
final class MigrateCommand {
  private MigrateCommand() {}

  static int run(List<String> args, Surface surface) throws UsageException, IOException {
    Arguments arguments = Arguments.parse(args, List.of("out"), List.of("dry-run"));
    arguments.expectRest(1, "the INI file to convert");
    Path file = Path.of(arguments.rest().getFirst());
    Path out = arguments.path("out", Path.of("sluice.yaml"));
    String text;
    try {
      text = Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new UsageException(file + ": no such file");
    } catch (CharacterCodingException e) {
      throw new UsageException(file + ": not UTF-8");
    }
    Conversion.Result result = Conversion.of(OldSettings.read(text));
    if (!result.refusals().isEmpty()) {
      result.refusals().forEach(line -> surface.err().println(file + ": " + line));
      surface.err().println("nothing was written");
      return Commands.FAILED;
    }
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
}
