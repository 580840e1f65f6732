// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.entitle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.plugin.answer.Reason;
import dev.sluice.plugin.protocol.Field;
import dev.sluice.plugin.protocol.Headers;
import dev.sluice.routing.Entitlement;
import dev.sluice.routing.KeyStatus;
import dev.sluice.routing.Terms;
import dev.sluice.routing.Traits;
import dev.sluice.routing.rule.RoutingRule;
import dev.sluice.routing.rule.RuleSet;
import dev.sluice.routing.trust.Claim;
import dev.sluice.routing.trust.Network;
import dev.sluice.routing.trust.TrustedNetworks;
import dev.sluice.routing.window.InForce;
import dev.sluice.routing.window.WindowEffects;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a request's sender may do, and which of key, rule, window and header decides it. */
class StandingsTest {
  private static final TrustedNetworks TRUSTED =
      new TrustedNetworks(
          List.of(
              new TrustedNetworks.Grant(Network.parse("10.0.0.0/8").orElseThrow(), Set.of(Claim.values())),
              new TrustedNetworks.Grant(Network.parse("192.168.0.0/16").orElseThrow(), Set.of(Claim.TIER))));
  private static final InetAddress GATEWAY = address("10.0.0.1");
  private static final InetAddress STRANGER = address("8.8.8.8");
  private static final Headers NONE = headers();

  private RuleSet rules = RuleSet.of(List.of(rule("internal", 0, tier("internal"), 0), rule("spot", 1, tier("spot"), 4)));
  private InForce windows = InForce.NOTHING;
  private final Standings standings = new Standings(() -> rules, () -> windows, () -> TRUSTED, new Standings.Levels(5, 2));

  private static InetAddress address(String literal) {
    try {
      return InetAddress.getByName(literal);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private static Headers headers(String... namesAndValues) {
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      fields.add(new Field(namesAndValues[i], namesAndValues[i + 1]));
    }
    return Headers.of(fields);
  }

  private static Traits tier(String tier) {
    return Traits.NONE.with(Optional.of(tier), Optional.empty(), Optional.empty());
  }

  private static RoutingRule rule(String id, int order, Traits match, int level) {
    return new RoutingRule(id, order, match, Optional.empty(), Terms.ofLevel(OptionalInt.of(level)));
  }

  private static Entitlement key(Terms terms) {
    return new Entitlement("k", "acme", Traits.NONE, terms, Set.of(), Set.of(), Optional.empty(), KeyStatus.ACTIVE);
  }

  private Standing.Known known(Entitlement found, Headers headers, InetAddress peer) {
    return (Standing.Known) standings.of(found, headers, peer);
  }

  private static int level(Standing.Known standing) {
    return standing.entitlement().terms().level().orElseThrow();
  }

  private static WindowEffects shift(Traits match, int delta, String quotas) {
    Optional<BigDecimal> multiplier = quotas.isEmpty() ? Optional.empty() : Optional.of(new BigDecimal(quotas));
    return new WindowEffects(match, OptionalInt.of(delta), multiplier, List.of(), WindowEffects.Capacity.UNCHANGED);
  }

  @Test
  void theKeyThenTheRuleThenTheDefaultGivesTheLevel() {
    Standing.Known byDefault = known(key(Terms.NONE), NONE, STRANGER);
    assertThat(level(byDefault)).isEqualTo(2);
    assertThat(byDefault.origin()).isEqualTo(Standing.Origin.DEFAULT);
    assertThat(byDefault.rule()).isEmpty();

    Standing.Known byRule = known(key(Terms.NONE).as("acme", tier("spot")), NONE, STRANGER);
    assertThat(level(byRule)).isEqualTo(4);
    assertThat(byRule.origin()).isEqualTo(Standing.Origin.RULE);
    assertThat(byRule.rule().orElseThrow().id()).isEqualTo("spot");

    Standing.Known byKey = known(key(Terms.ofLevel(OptionalInt.of(1))).as("acme", tier("spot")), NONE, STRANGER);
    assertThat(level(byKey)).isEqualTo(1);
    assertThat(byKey.origin()).isEqualTo(Standing.Origin.KEY);
  }

  @Test
  void aLevelBeyondTheLastMeansTheLast() {
    assertThat(level(known(key(Terms.ofLevel(OptionalInt.of(19))), NONE, STRANGER))).isEqualTo(4);
  }

  @Test
  void aTrustedSenderClassifiesAndPaysForAnother() {
    Headers said =
        headers("x-sluice-tier", "internal", "x-sluice-environment", "production", "x-sluice-workload", "chat", "x-sluice-account", "globex");
    Standing.Known standing = known(key(Terms.NONE), said, GATEWAY);
    assertThat(level(standing)).isZero();
    assertThat(standing.entitlement().account()).isEqualTo("globex");
    assertThat(standing.entitlement().traits().environment()).contains("production");
    assertThat(standing.entitlement().traits().workloadTag()).contains("chat");
    assertThat(standing.believed()).containsExactlyInAnyOrder(Claim.TIER, Claim.ENVIRONMENT, Claim.WORKLOAD, Claim.ACCOUNT);
  }

  @Test
  void fromAStrangerTheSameHeadersAreAsIfNotSentHoweverBad() {
    Headers said =
        headers("x-sluice-tier", "internal", "x-sluice-tier", "!", "x-sluice-priority", "0", "x-sluice-account", "globex", "x-forwarded-for", "10.0.0.1");
    assertThat(standings.of(key(Terms.NONE), said, STRANGER)).isEqualTo(standings.of(key(Terms.NONE), NONE, STRANGER));
  }

  @Test
  void aNetworkIsBelievedWhatItIsTrustedWithAndNoMore() {
    Standing.Known standing =
        known(key(Terms.NONE), headers("x-sluice-tier", "spot", "x-sluice-priority", "0", "x-sluice-account", "globex"), address("192.168.1.1"));
    assertThat(level(standing)).isEqualTo(4);
    assertThat(standing.entitlement().account()).isEqualTo("acme");
  }

  @Test
  void aTrustedPriorityRaisesAndLowersAndNoWindowShiftsIt() {
    windows = new InForce(List.of("w"), List.of(shift(Traits.NONE, 1, "")), Optional.empty());
    Standing.Known raised = known(key(Terms.ofLevel(OptionalInt.of(3))), headers("x-sluice-priority", "0"), GATEWAY);
    assertThat(level(raised)).isZero();
    assertThat(raised.origin()).isEqualTo(Standing.Origin.TRUSTED_HEADER);
    assertThat(raised.shift()).isZero();
    assertThat(level(known(key(Terms.ofLevel(OptionalInt.of(0))), headers("x-sluice-priority", " 99 "), GATEWAY))).isEqualTo(4);
    assertThat(level(known(key(Terms.ofLevel(OptionalInt.of(0))), headers("x-sluice-priority", "3"), STRANGER)))
        .as("lowering is for everybody, but later")
        .isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"x-sluice-tier, a b", "x-sluice-tier, ''", "x-sluice-account, -x", "x-sluice-priority, -1", "x-sluice-priority, high", "x-sluice-workload, é"})
  void whatATrustedSenderSaysBadlyIsRefused(String name, String value) {
    assertThat(standings.of(key(Terms.NONE), headers(name, value), GATEWAY))
        .isInstanceOfSatisfying(Standing.Unclear.class, unclear -> {
          assertThat(unclear.refusal().reason()).isEqualTo(Reason.MALFORMED_REQUEST);
          assertThat(unclear.refusal().message()).contains(name);
        });
  }

  @Test
  void whatATrustedSenderSaysTwiceOrMayHaveSaidIsRefused() {
    Headers twice = headers("x-sluice-tier", "spot", "x-sluice-tier", "spot");
    assertThat(standings.of(key(Terms.NONE), twice, GATEWAY))
        .isInstanceOfSatisfying(Standing.Unclear.class, unclear -> assertThat(unclear.refusal().reason()).isEqualTo(Reason.AMBIGUOUS_REQUEST));
    String[] many = new String[200];
    for (int i = 0; i < many.length; i++) {
      many[i] = "x-filler-" + i / 2;
    }
    assertThat(standings.of(key(Terms.NONE), headers(many), GATEWAY)).isInstanceOf(Standing.Unclear.class);
    assertThat(standings.of(key(Terms.NONE), headers(many), STRANGER)).isInstanceOf(Standing.Known.class);
  }

  @Test
  void underscoresSpellNothingThatCounts() {
    assertThat(level(known(key(Terms.NONE), headers("x_sluice_tier", "internal"), GATEWAY))).isEqualTo(2);
  }

  @Test
  void windowsShiftLevelsAndMultiplyQuotasOnTopOfRules() {
    var terms =
        new Terms(OptionalInt.of(3), Terms.NONE.weight(), Terms.NONE.tokensPerSecond(), Terms.NONE.requestsPerSecond(), Terms.NONE.maxDepth(), Optional.empty(), Optional.of(new BigDecimal("2")));
    rules = RuleSet.of(List.of(new RoutingRule("r", 0, Traits.NONE, Optional.empty(), terms)));
    windows = new InForce(List.of("w"), List.of(shift(Traits.NONE, -2, "1.5")), Optional.empty());
    Standing.Known standing = known(key(Terms.NONE), NONE, STRANGER);
    assertThat(level(standing)).isEqualTo(1);
    assertThat(standing.shift()).isEqualTo(-2);
    assertThat(standing.entitlement().terms().quotaMultiplier().orElseThrow()).isEqualByComparingTo("3");
    windows = InForce.NOTHING;
    assertThat(level(known(key(Terms.NONE), NONE, STRANGER))).as("after the window").isEqualTo(3);
  }

  @Test
  void windowsGoByTheTraitsThatTrustedHeadersGive() {
    windows = new InForce(List.of("w"), List.of(shift(tier("premium"), -1, "")), Optional.empty());
    assertThat(level(known(key(Terms.NONE), headers("x-sluice-tier", "premium"), GATEWAY))).isEqualTo(1);
    assertThat(level(known(key(Terms.NONE), headers("x-sluice-tier", "premium"), STRANGER))).isEqualTo(2);
  }
}
