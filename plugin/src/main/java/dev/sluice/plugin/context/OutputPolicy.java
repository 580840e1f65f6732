// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.context;

/** What becomes of a limit on the output that is larger than there is room for. Immutable. */
public enum OutputPolicy {
  REFUSE,
  /** It is lowered to what there is room for. */
  CLAMP
}
