// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.command;

import dev.sluice.routing.config.ConfigException;
import dev.sluice.routing.config.NearestName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Runs the command that a command line names. Immutable. */
public final class Commands {
  /** The command did what was asked. */
  public static final int OK = 0;

  /** It failed, or what it checked is at fault. */
  public static final int FAILED = 1;

  /** The command line is at fault. */
  public static final int USAGE = 2;

  /** The configuration file that commands read if no flag names another. */
  public static final Path DEFAULT_CONFIG = Path.of("conf", "sluice.yaml");

  private static final List<String> NAMES = List.of("run", "check", "keys", "bench", "calibrate", "database", "marketplace", "migrate", "help");

  private static final String HELP =
      """
      usage: sluice COMMAND [FLAGS]

        run [--config FILE]      serve APISIX; the command when none is given
        check [--config FILE]    say what is wrong with the configuration, or print the one in force
        keys create --account NAME [--level N] [--id ID] [--models A,B] [--expires INSTANT]
                    [--organisation A] [--team A] [--environment A] [--tier A] [--account-type A]
                    [--workload-tag A] [--weight X] [--tokens-per-second N] [--requests-per-second N]
                    [--max-depth N] [--max-wait TIME]
                    [--description TEXT] [--config FILE] [--file FILE] [--pepper FILE]
                                 make an API key, print it once, add its entry to the key file
        keys list                print the entries of the key file
        keys revoke ID           withdraw a key
        keys rotate ID [--overlap 24h]
                                 make a key with the same terms; the old one ends after the overlap
        keys hash                print the hash of the key on standard input
        bench replay TRACE       play a trace to the scheduler and other policies in virtual time; bench --help says more
        calibrate URL            measure an OpenAI-compatible endpoint and print its capacity; calibrate --help says more
        database migrate --database URL
                                 bring the tables of a database to this version
        marketplace notice       print what you consent to, and who receives what
        marketplace consent --who NAME [--notice VERSION] [--config FILE]
                                 consent to the notice, for the marketplace of the configuration
        marketplace revoke [--config FILE]
                                 withdraw consent: nothing is sent from now on
        marketplace status [--config FILE]
                                 say whether the marketplace is used, and who consented to what
        migrate OLD.ini [--from URL] [--out FILE] [--dry-run]
                                 turn a configuration of the older gateway into one of Sluice, and say what differs;
                                 URL is the database that it kept quotas in, jdbc:postgresql://HOST/NAME
        help                     print this

      With --database jdbc:postgresql://HOST/NAME the keys are those of that database; PGUSER and PGPASSWORD are honoured.
      FILE is conf/sluice.yaml unless given. Exit codes: 0 done, 1 failed or at fault, 2 wrong command line.
      """;

  private Commands() {}

  /** True if {@link #run} knows the command; {@code run} itself is the process's own. */
  public static boolean known(String command) {
    return !command.equals("run") && (NAMES.contains(command) || isHelp(command));
  }

  static boolean isHelp(String command) {
    return command.equals("help") || command.equals("--help") || command.equals("-h");
  }

  /**
   * Runs a command to its end.
   *
   * @param args the command and its arguments
   * @return the exit code
   */
  public static int run(List<String> args, Surface surface) {
    String command = args.isEmpty() ? "help" : args.getFirst();
    List<String> rest = args.isEmpty() ? List.of() : args.subList(1, args.size());
    try {
      if (isHelp(command)) {
        surface.out().print(HELP);
        return OK;
      }
      return switch (command) {
        case "check" -> CheckCommand.run(rest, surface);
        case "keys" -> KeysCommand.run(rest, surface);
        case "bench" -> BenchCommand.run(rest, surface);
        case "calibrate" -> CalibrateCommand.run(rest, surface);
        case "database" -> DatabaseCommand.run(rest, surface);
        case "marketplace" -> MarketplaceCommand.run(rest, surface);
        case "migrate" -> MigrateCommand.run(rest, surface);
        default -> throw new UsageException(unknown(command));
      };
    } catch (UsageException e) {
      surface.err().println("sluice " + command + ": " + e.getMessage());
      surface.err().println("`sluice help` lists the commands.");
      return USAGE;
    } catch (ConfigException e) {
      surface.err().println(e.getMessage());
      return FAILED;
    } catch (IOException e) {
      surface.err().println("sluice " + command + ": " + e.getClass().getSimpleName() + ": " + e.getMessage());
      return FAILED;
    }
  }

  private static String unknown(String command) {
    return NearestName.of(command, NAMES)
        .map(near -> "unknown command (did you mean " + near + "?)")
        .orElse("unknown command (expected: " + String.join(", ", NAMES) + ")");
  }
}
