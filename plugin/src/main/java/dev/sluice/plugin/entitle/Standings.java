// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.entitle;

import dev.sluice.plugin.header.WholeNumber;
import dev.sluice.plugin.protocol.Headers;
import dev.sluice.routing.Entitlement;
import dev.sluice.routing.Terms;
import dev.sluice.routing.Traits;
import dev.sluice.routing.rule.RoutingRule;
import dev.sluice.routing.rule.RuleSet;
import dev.sluice.routing.trust.Claim;
import dev.sluice.routing.trust.TrustedNetworks;
import dev.sluice.routing.window.InForce;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Makes of what a store knows about a sender what holds for this request. Thread-safe; never blocks.
 *
 * <pre>
 * traits   the key's, those in trusted headers winning
 * terms    the key's, else those of the first rule that matches these traits, else the default level
 * level    that of the terms, shifted by time windows; a trusted x-sluice-priority instead of both
 * </pre>
 *
 * A caller's own wish to be less important comes after all this, where the request is placed. Headers of a sender who is not
 * trusted are as if they had not been sent.
 */
public final class Standings {
  private final Supplier<RuleSet> rules;
  private final Supplier<InForce> windows;
  private final Supplier<TrustedNetworks> trusted;
  private final Levels levels;

  /**
   * The priority levels there are. Immutable.
   *
   * @param usual the level of those whom nothing else gives one
   */
  public record Levels(int count, int usual) {}

  /** Standings by the rules, windows and networks of the moment. */
  public Standings(Supplier<RuleSet> rules, Supplier<InForce> windows, Supplier<TrustedNetworks> trusted, Levels levels) {
    this.rules = rules;
    this.windows = windows;
    this.trusted = trusted;
    this.levels = levels;
  }

  /**
   * The standing of a request.
   *
   * @param found what the store knows of its sender
   * @param peer the address that connected to the gateway
   */
  public Standing of(Entitlement found, Headers headers, InetAddress peer) {
    TrustedNetworks networks = trusted.get();
    TrustedWords words = networks.grants().isEmpty() ? TrustedWords.Said.NOTHING : TrustedWords.read(headers, networks.claims(peer));
    return switch (words) {
      case TrustedWords.Unclear unclear -> new Standing.Unclear(unclear.refusal());
      case TrustedWords.Said said -> known(said.values().isEmpty() ? found : classified(found, said), said);
    };
  }

  private static Entitlement classified(Entitlement found, TrustedWords.Said said) {
    Traits traits = found.traits().with(said.get(Claim.TIER), said.get(Claim.ENVIRONMENT), said.get(Claim.WORKLOAD));
    return found.as(said.get(Claim.ACCOUNT).orElse(found.account()), traits);
  }

  private Standing.Known known(Entitlement sender, TrustedWords.Said said) {
    InForce now = windows.get();
    Optional<RoutingRule> rule = rules.get().first(sender.keyId(), sender.traits());
    Terms terms = rule.map(found -> sender.terms().orElse(found.terms())).orElse(sender.terms());
    int given = Math.min(terms.level().orElse(levels.usual()), levels.count() - 1);
    int shifted = now.level(given, sender.traits(), levels.count());
    Optional<Integer> demanded = said.get(Claim.PRIORITY).map(text -> (int) Math.min(WholeNumber.parse(text).orElseThrow(), levels.count() - 1L));
    int level = demanded.orElse(shifted);
    Optional<BigDecimal> quotas = now.quotaMultiplier(sender.traits());
    Terms inForce = quotas.map(terms::withQuotasTimes).orElse(terms);
    return new Standing.Known(
        sender.withTerms(inForce.withLevel(level)),
        rule,
        demanded.isPresent() ? Standing.Origin.TRUSTED_HEADER : origin(sender, terms),
        demanded.isPresent() ? 0 : shifted - given,
        said.values().keySet());
  }

  private static Standing.Origin origin(Entitlement sender, Terms terms) {
    if (sender.terms().level().isPresent()) {
      return Standing.Origin.KEY;
    }
    return terms.level().isPresent() ? Standing.Origin.RULE : Standing.Origin.DEFAULT;
  }
}
