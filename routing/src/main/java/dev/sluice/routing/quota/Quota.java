// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.quota;

import java.math.BigDecimal;
import java.util.Optional;

/**
 * How much one subject may use in each window. Immutable.
 *
 * @param id unique; a name, no secret
 * @param subject name of the organisation, team, environment, account or key
 * @param amount in {@code unit}; 0 to {@link QuotaUnit#most}
 * @param parent id of the quota that a reserve is kept in and a burst draws on
 */
public record Quota(
    String id,
    QuotaScope scope,
    String subject,
    QuotaKind kind,
    QuotaUnit unit,
    BigDecimal amount,
    QuotaWindow window,
    Optional<String> parent,
    QuotaAlert alert) {
  /** For {@link #limit}: no limit of its own. */
  public static final long UNLIMITED = Long.MAX_VALUE;

  public Quota {
    if (id.isBlank() || subject.isBlank()) {
      throw new IllegalArgumentException((id.isBlank() ? "id" : "subject") + ": blank (expected: a name)");
    }
    unit.inside(amount);
  }

  /** The same quota under a parent. */
  Quota under(String parentId) {
    return new Quota(id, scope, subject, kind, unit, amount, window, Optional.of(parentId), alert);
  }

  /** The amount as it is counted. */
  long inside() {
    return unit.inside(amount);
  }

  /** Use beyond which nothing more is reserved, as it is counted. */
  long limit() {
    return switch (kind) {
      case HARD -> inside();
      case SOFT -> inside() / 5 * 6 + inside() % 5 * 6 / 5;
      case RESERVED, BURSTABLE -> parent.isPresent() ? UNLIMITED : inside();
    };
  }

  /** What is kept out of the parent, as it is counted. */
  long reserve() {
    return kind == QuotaKind.RESERVED && parent.isPresent() ? inside() : 0;
  }

  /** Whether use counted under {@code other} is still use of this quota. */
  boolean countsLike(Quota other) {
    return unit == other.unit && window.equals(other.window);
  }
}
