// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.calibrate;

import java.net.URI;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.ObjectMapper;

/**
 * What was measured as a configuration with one local provider. Immutable.
 *
 * <p>The limits are those of the first profile measured, the others stand beside them. Paces of single requests are those
 * of an endpoint as busy as the limits allow, since leases expire by them.
 */
public final class CapacityYaml {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double SURE = 0.05;

  private CapacityYaml() {}

  /**
   * Where it was measured, and how the configuration is to name it.
   *
   * @param credentials lines of the provider's credentials, without indentation; none if there are none
   */
  public record Subject(URI chat, String provider, List<String> credentials) {
    public Subject {
      credentials = List.copyOf(credentials);
    }
  }

  /** The document; {@code outcome} has measured at least one profile. */
  public static String of(Subject subject, Calibration.Outcome outcome) {
    Measured first = outcome.measured().getFirst();
    Step best = first.best();
    StringBuilder yaml = new StringBuilder();
    yaml.append("# Capacity of model ").append(word(outcome.model())).append(" at ").append(subject.chat()).append(", measured by `sluice calibrate`.\n#\n");
    yaml.append(String.format(Locale.ROOT, "# %-7s %9s %9s %19s %11s %17s%n", "profile", "at a time", "tokens/s", "95 % interval", "requests/s", "first token p50/90"));
    outcome.measured().forEach(measured -> yaml.append(row(measured)));
    outcome.measured().forEach(measured -> yaml.append("# ").append(measured.profile().name()).append(": ").append(measured.ended()).append(".\n"));
    outcome.unmeasured().forEach(line -> yaml.append("# ").append(line).append(".\n"));
    yaml.append("# Limits below: profile ").append(first.profile().name()).append("; take another row's if your traffic is like that. Confidence: ")
        .append(confidence(first)).append(".\n");
    yaml.append("provider:\n  local:\n    ").append(subject.provider()).append(":\n");
    if (!subject.credentials().isEmpty()) {
      yaml.append("      credentials:\n");
      subject.credentials().forEach(line -> yaml.append("        ").append(line).append('\n'));
    }
    yaml.append("      models:\n        - model: ").append(word(outcome.model())).append('\n');
    Estimate tokens = best.tokensPerSecond();
    key(yaml, "max_tokens_per_sec", whole(tokens.mean()) + "/s", String.format(Locale.ROOT, "95 %% interval %.0f-%.0f", Math.max(0, tokens.mean() - tokens.halfWidth()), tokens.mean() + tokens.halfWidth()));
    key(yaml, "max_concurrent", Integer.toString(best.concurrency()), "the fewest that get nearly all of it, and a quarter more");
    outcome.contextTokens().ifPresent(context -> key(yaml, "max_context_length", Long.toString(context), "as the endpoint says"));
    if (outcome.contextTokens().isEmpty()) {
      yaml.append("          # max_context_length: the endpoint does not say; set what the model has\n");
    }
    if (best.prefillPerSecond() > 0) {
      key(yaml, "prefill_tokens_per_sec", whole(best.prefillPerSecond()) + "/s", "of a single request under full load");
    }
    if (best.outputPerSecond() > 0) {
      key(yaml, "output_tokens_per_sec", whole(best.outputPerSecond()) + "/s", "of a single request under full load");
    }
    yaml.append("events:\n  secret_env: SLUICE_EVENTS_SECRET\n");
    return yaml.toString().replace("\r\n", "\n");
  }

  private static void key(StringBuilder yaml, String name, String value, String comment) {
    yaml.append(String.format(Locale.ROOT, "          %-32s # %s%n", name + ": " + value, comment));
  }

  private static String row(Measured measured) {
    Step best = measured.best();
    Estimate tokens = best.tokensPerSecond();
    return String.format(
        Locale.ROOT, "# %-7s %9d %9.0f %19s %11.2f %15.2f/%.2f s%n", measured.profile().name(), best.concurrency(), tokens.mean(),
        String.format(Locale.ROOT, "%.0f-%.0f", Math.max(0, tokens.mean() - tokens.halfWidth()), tokens.mean() + tokens.halfWidth()), best.requestsPerSecond(),
        best.firstTokenP50Seconds(), best.firstTokenP90Seconds());
  }

  /** One word and the reasons against more. */
  private static String confidence(Measured measured) {
    Step best = measured.best();
    String why = (measured.whole() ? "" : ", the search was cut short") + (best.counted() ? "" : ", the endpoint does not count tokens, so they are guessed")
        + (best.tokensPerSecond().relative() <= SURE ? "" : ", the windows differ much");
    return (why.isEmpty() ? "good" : "low" + why) + ", " + best.tokensPerSecond().windows() + " windows";
  }

  private static long whole(double value) {
    return Math.max(1, Math.round(value));
  }

  /** A quoted text that means the same in YAML. */
  private static String word(String text) {
    return JSON.writeValueAsString(text);
  }
}
