// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.quota;

/** What kind of subject a quota belongs to, from the widest to the narrowest. */
public enum QuotaScope {
  ORGANISATION,
  TEAM,
  ENVIRONMENT,
  ACCOUNT,
  KEY;

  /** Whether a quota of this scope may be the parent of one of {@code inner}. */
  public boolean contains(QuotaScope inner) {
    return compareTo(inner) < 0;
  }
}
