// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.quota.alert;

/** Hears of alerts and what becomes of them. Implementations are thread-safe and don't block. */
public interface AlertListener {
  /** Hears nothing. */
  AlertListener NONE = new AlertListener() {};

  /** A quota passed a percentage, and this process is the one to tell. */
  default void raised(Alert alert) {}

  /** A webhook took an alert. */
  default void delivered() {}

  /** A webhook did not take an alert in any attempt, or too many were waiting. */
  default void undelivered() {}
}
