// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.quota;

import java.util.Optional;

/**
 * The use of one quota in one window. Not thread-safe; confined to its book's lock.
 *
 * <p>With {@code kept} the sum of what reserved quotas below keep and {@code drawn} the part of it that they have used, the quota is full by
 * {@code used + kept - drawn}: what was used and what nobody else may use. Use within a reserve moves {@code used} and {@code drawn} alike, and
 * so always finds room.
 */
final class Tally {
  final QuotaWindow.Span span;
  private Optional<Tally> parent;
  private long limit;
  private long used;
  private long drawn;
  private long kept;
  private long reserve;
  private long contribution;

  /** An empty tally; {@code parent} holds the reserve of its quota, if it has one. */
  Tally(QuotaWindow.Span span, Optional<Tally> parent) {
    this.span = span;
    this.parent = parent;
  }

  Optional<Tally> parent() {
    return parent;
  }

  /** How full it may get; {@link Quota#UNLIMITED} for no limit of its own. */
  long limit() {
    return limit;
  }

  /** Use, open reservations included. */
  long used() {
    return used;
  }

  /** Moves what it contributes to {@code next}. */
  void parent(Optional<Tally> next) {
    long moved = contribution;
    parent.ifPresent(tally -> tally.drawn -= moved);
    parent = next;
    parent.ifPresent(tally -> tally.drawn += moved);
  }

  /** Takes over its limit, how much is kept below it, and how much is its own reserve. */
  void terms(long newLimit, long newKept, long newReserve) {
    limit = newLimit;
    kept = newKept;
    reserve = newReserve;
    contribute();
  }

  /** Use and what nobody else may use. */
  long full() {
    return used + Math.max(0, kept - drawn);
  }

  /** What {@link #full} would be after {@code units} more, of which reserved quotas below have {@code within} in their reserves. */
  long fullAfter(long units, long within) {
    return used + units + Math.max(0, kept - drawn - within);
  }

  /** How many of {@code units} more would be within this quota's own reserve. */
  long within(long units) {
    return contribution(used + units) - contribution;
  }

  /** Adds to the use; negative takes away, and never below nothing. */
  void add(long units) {
    used = Math.max(0, used + units);
    contribute();
  }

  private void contribute() {
    long now = contribution(used);
    parent.ifPresent(tally -> tally.drawn += now - contribution);
    contribution = now;
  }

  private long contribution(long use) {
    return Math.max(0, Math.min(use, reserve));
  }
}
