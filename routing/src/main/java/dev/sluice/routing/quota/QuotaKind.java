// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.quota;

/** What a quota does at its amount; the package's page defines each. */
public enum QuotaKind {
  HARD,
  SOFT,
  RESERVED,
  BURSTABLE
}
