// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing;

import java.util.Optional;

/**
 * What is known of a key's bearer, for routing rules to match and quotas to apply to. Immutable.
 *
 * @param organisation the organisation that the account belongs to
 * @param team a part of the organisation
 * @param environment such as {@code production}
 * @param tier such as {@code internal}, {@code premium}, {@code external} or {@code spot}
 * @param accountType such as {@code internal} or {@code external}
 * @param workloadTag such as {@code batch}
 */
public record Traits(
    Optional<String> organisation,
    Optional<String> team,
    Optional<String> environment,
    Optional<String> tier,
    Optional<String> accountType,
    Optional<String> workloadTag) {
  /** Nothing is known. */
  public static final Traits NONE =
      new Traits(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  /** The same but for what is given here in place of it. */
  public Traits with(Optional<String> otherTier, Optional<String> otherEnvironment, Optional<String> otherWorkloadTag) {
    return new Traits(
        organisation, team, otherEnvironment.or(() -> environment), otherTier.or(() -> tier), accountType, otherWorkloadTag.or(() -> workloadTag));
  }

  /** Whether {@code known} has every trait that is given here. */
  public boolean agreesWith(Traits known) {
    return agrees(organisation, known.organisation)
        && agrees(team, known.team)
        && agrees(environment, known.environment)
        && agrees(tier, known.tier)
        && agrees(accountType, known.accountType)
        && agrees(workloadTag, known.workloadTag);
  }

  private static boolean agrees(Optional<String> wanted, Optional<String> known) {
    return wanted.isEmpty() || wanted.equals(known);
  }
}
