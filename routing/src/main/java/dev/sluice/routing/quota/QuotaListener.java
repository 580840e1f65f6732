// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.quota;

/** Hears how full quotas are. Called without a lock held; implementations are thread-safe and don't block. */
@FunctionalInterface
public interface QuotaListener {
  /** Hears nothing. */
  QuotaListener NONE = (quota, span, used) -> {};

  /**
   * Something was reserved or settled.
   *
   * @param used in the window, open reservations included, as it is counted
   */
  void used(Quota quota, QuotaWindow.Span span, long used);
}
