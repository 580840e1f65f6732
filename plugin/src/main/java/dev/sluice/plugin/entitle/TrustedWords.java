// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.entitle;

import dev.sluice.plugin.answer.Reason;
import dev.sluice.plugin.answer.Refusal;
import dev.sluice.plugin.header.InternalHeaders;
import dev.sluice.plugin.header.WholeNumber;
import dev.sluice.plugin.protocol.Headers;
import dev.sluice.routing.trust.Claim;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** What a trusted sender says of a request. Immutable. */
sealed interface TrustedWords {
  /** Said plainly; what is not said is absent. */
  record Said(Map<Claim, String> values) implements TrustedWords {
    static final Said NOTHING = new Said(Map.of());

    public Said {
      values = Map.copyOf(values);
    }

    Optional<String> get(Claim claim) {
      return Optional.ofNullable(values.get(claim));
    }
  }

  /** Said twice, or in a way that cannot be read. */
  record Unclear(Refusal refusal) implements TrustedWords {}

  /** The values that keys and rules have too, so that they are safe in headers, logs and labels. */
  Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:@/+-]{0,127}");

  /**
   * Reads the headers that count, in their plain spelling only. With more headers than the gateway hands over one of them may be
   * among those lost, and with it a lower level, so nothing is read then.
   *
   * @param claims what the sender is believed
   */
  static TrustedWords read(Headers headers, Set<Claim> claims) {
    if (claims.isEmpty()) {
      return Said.NOTHING;
    }
    if (InternalHeaders.maybeCutOff(headers)) {
      return unclear(Reason.AMBIGUOUS_REQUEST, "The request has 100 headers or more, so not all of them can be read. Send fewer.");
    }
    Map<Claim, String> values = new EnumMap<>(Claim.class);
    for (Claim claim : claims) {
      String name = header(claim);
      List<String> sent = headers.all(name);
      if (sent.size() > 1) {
        return unclear(Reason.AMBIGUOUS_REQUEST, "The header " + name + " was sent more than once. Send it once.");
      }
      if (sent.size() == 1) {
        String value = sent.getFirst().strip();
        if (claim == Claim.PRIORITY ? WholeNumber.parse(value).isEmpty() : !NAME.matcher(value).matches()) {
          String expected = claim == Claim.PRIORITY ? "a whole number of at least 0" : "a name of letters, digits and ._:@/+-";
          return unclear(Reason.MALFORMED_REQUEST, "The header " + name + " is not " + expected + ".");
        }
        values.put(claim, value);
      }
    }
    return values.isEmpty() ? Said.NOTHING : new Said(values);
  }

  private static Unclear unclear(Reason reason, String message) {
    return new Unclear(Refusal.of(reason, message));
  }

  private static String header(Claim claim) {
    return switch (claim) {
      case TIER -> InternalHeaders.TIER;
      case ENVIRONMENT -> InternalHeaders.ENVIRONMENT;
      case WORKLOAD -> InternalHeaders.WORKLOAD;
      case ACCOUNT -> InternalHeaders.ACCOUNT;
      case PRIORITY -> InternalHeaders.PRIORITY;
    };
  }
}
