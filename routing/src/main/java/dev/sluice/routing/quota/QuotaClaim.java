// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.quota;

import dev.sluice.routing.Entitlement;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A request's wish to use something. Immutable.
 *
 * @param subjects whom it is for; each quota of each of them applies
 * @param cost the estimate
 * @param multiplier what the limits of the account's and the key's own quotas are multiplied by, above 0
 */
public record QuotaClaim(List<Subject> subjects, QuotaCost cost, BigDecimal multiplier) {
  private static final BigDecimal HIGHEST = BigDecimal.valueOf(1_000_000);

  public QuotaClaim {
    subjects = List.copyOf(subjects);
    if (multiplier.signum() <= 0) {
      throw new IllegalArgumentException("multiplier: " + multiplier + " (expected: > 0)");
    }
    multiplier = multiplier.min(HIGHEST);
  }

  /** Somebody a quota may belong to. Immutable. */
  public record Subject(QuotaScope scope, String name) {}

  /** The claim of a key's bearer. */
  public static QuotaClaim of(Entitlement entitlement, QuotaCost cost) {
    return new QuotaClaim(subjects(entitlement), cost, entitlement.terms().quotaMultiplier().orElse(BigDecimal.ONE));
  }

  /** The bearer's subjects, those that are known. Teams and environments also go by {@code organisation/name}. */
  public static List<Subject> subjects(Entitlement entitlement) {
    var traits = entitlement.traits();
    var subjects = new ArrayList<Subject>(7);
    traits.organisation().ifPresent(name -> subjects.add(new Subject(QuotaScope.ORGANISATION, name)));
    add(subjects, QuotaScope.TEAM, traits.organisation(), traits.team());
    add(subjects, QuotaScope.ENVIRONMENT, traits.organisation(), traits.environment());
    subjects.add(new Subject(QuotaScope.ACCOUNT, entitlement.account()));
    subjects.add(new Subject(QuotaScope.KEY, entitlement.keyId()));
    return subjects;
  }

  private static void add(List<Subject> subjects, QuotaScope scope, Optional<String> organisation, Optional<String> part) {
    if (part.isPresent()) {
      subjects.add(new Subject(scope, part.get()));
      organisation.ifPresent(name -> subjects.add(new Subject(scope, name + "/" + part.get())));
    }
  }

  /** {@code limit} as it holds for this claim on {@code quota}. */
  public long limit(Quota quota, long limit) {
    boolean own = quota.scope() == QuotaScope.ACCOUNT || quota.scope() == QuotaScope.KEY;
    if (!own || limit == Quota.UNLIMITED || multiplier.compareTo(BigDecimal.ONE) == 0) {
      return limit;
    }
    return multiplier.multiply(BigDecimal.valueOf(limit)).min(BigDecimal.valueOf(2 * QuotaUnit.MOST)).longValue();
  }
}
