// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.command;

import dev.sluice.plugin.config.ConfigLoader;
import dev.sluice.plugin.time.Clocks;
import dev.sluice.routing.config.ConfigException;
import dev.sluice.routing.marketplace.consent.Consent;
import dev.sluice.routing.marketplace.consent.EgressGate.Permit;
import dev.sluice.routing.marketplace.consent.Notice;
import dev.sluice.routing.marketplace.consent.Pseudonyms;
import dev.sluice.routing.marketplace.provider.MarketSettings;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** {@code sluice marketplace notice|consent|revoke|status}: consent to the use of a marketplace, as data. Contacts nobody. Immutable. */
final class MarketplaceCommand {
  private static final String ACTIONS = "notice, consent, revoke or status";

  private MarketplaceCommand() {}

  static int run(List<String> args, Surface surface) throws UsageException, ConfigException, IOException {
    if (args.isEmpty()) {
      throw new UsageException("no action (expected: " + ACTIONS + ")");
    }
    String action = args.getFirst();
    List<String> flags = action.equals("consent") ? List.of("config", "who", "notice") : List.of("config");
    Arguments arguments = Arguments.parse(args.subList(1, args.size()), flags, List.of());
    arguments.expectRest(0, "no arguments besides flags");
    if (action.equals("notice")) {
      surface.out().print(Notice.CURRENT.text());
      return Commands.OK;
    }
    MarketSettings settings = new ConfigLoader(arguments.path("config", Commands.DEFAULT_CONFIG), surface.environment()).marketSettings();
    return switch (action) {
      case "consent" -> consent(arguments, settings, surface.out());
      case "revoke" -> revoke(settings, surface.out());
      case "status" -> status(settings, surface.out());
      default -> throw new UsageException(Arguments.shown(action) + ": unknown action (expected: " + ACTIONS + ")");
    };
  }

  private static int consent(Arguments arguments, MarketSettings settings, PrintStream out) throws UsageException, IOException {
    String who = arguments.value("who").orElseThrow(() -> new UsageException("no --who (expected: --who NAME, whoever answers for this)"));
    Optional<String> version = arguments.value("notice");
    if (version.filter(given -> !given.equals(Notice.CURRENT.version())).isPresent()) {
      throw new UsageException("--notice: not the present one (expected: " + Notice.CURRENT.version() + ", as `sluice marketplace notice` prints it)");
    }
    URI url = settings.url().orElseThrow(() -> new UsageException("no marketplace to consent to (expected: provider.marketplace.url in the configuration)"));
    Consent consent;
    try {
      consent = Consent.to(Notice.CURRENT, who, Clocks.wall().instant(), url, Pseudonyms.create(new SecureRandom()));
    } catch (IllegalArgumentException e) {
      throw new UsageException("--who: not one line of at most 200 characters (expected: a name)");
    }
    out.print(Notice.CURRENT.text());
    settings.consent().write(consent);
    out.println();
    out.println("consent recorded in " + settings.consentFile());
    print(consent, out);
    if (!settings.enabled()) {
      out.println("the marketplace is still off: set provider.marketplace.enabled: true");
    }
    return Commands.OK;
  }

  private static int revoke(MarketSettings settings, PrintStream out) throws IOException {
    boolean was = settings.consent().delete();
    out.println(was ? "consent withdrawn: nothing is sent from now on, and no process will start with the marketplace enabled" : "there was no consent");
    return Commands.OK;
  }

  private static int status(MarketSettings settings, PrintStream out) throws IOException {
    Permit permit = settings.gate().check();
    boolean on = settings.enabled() && permit instanceof Permit.Granted;
    out.println("marketplace: " + (on ? "on" : "off"));
    out.println("enabled: " + settings.enabled());
    out.println("offline_mode: " + settings.offline());
    out.println("url: " + settings.url().map(URI::toString).orElse("none"));
    out.println("notice: " + Notice.CURRENT.version());
    out.println(
        "consent: "
            + switch (permit) {
              case Permit.Granted granted -> "given";
              case Permit.Refused refused -> Files.exists(settings.consentFile()) ? "not in force (" + refused.why().name().toLowerCase(Locale.ROOT) + ")" : "none";
            });
    Optional<Consent> consent = settings.consent().read();
    consent.ifPresent(given -> print(given, out));
    return Commands.OK;
  }

  private static void print(Consent consent, PrintStream out) {
    out.println("  notice: " + consent.noticeVersion());
    out.println("  who: " + consent.who());
    out.println("  when: " + consent.when());
    out.println("  scope: " + consent.scope());
  }
}
