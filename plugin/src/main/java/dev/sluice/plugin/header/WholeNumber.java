// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.header;

import java.util.OptionalLong;

/** Headers that are a whole number of at least 0 in plain digits, without sign, blank inside or foreign numerals. Immutable. */
public final class WholeNumber {
  private static final int MAX_DIGITS = 12;

  private WholeNumber() {}

  /** Whether {@code text} is one. */
  public static boolean is(String text) {
    return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  /** The number that a header's value is, blanks around it left out; empty if it is none, or has more than 12 digits. */
  public static OptionalLong parse(String value) {
    String digits = value.strip();
    return digits.length() > MAX_DIGITS || !is(digits) ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(digits));
  }
}
