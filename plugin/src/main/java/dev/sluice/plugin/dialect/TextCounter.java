// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.dialect;

/** Counts the tokens of one text after the other. Not thread-safe; confined to one count. */
@FunctionalInterface
public interface TextCounter {
  /** Tokens of {@code text}, which no other text continues; at least 0. */
  long tokens(String text);
}
