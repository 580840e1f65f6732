// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admission;

/** Whether a header's text is a whole number of at least 0 in plain digits, without sign, blank or foreign numerals. */
final class WholeNumber {
  private WholeNumber() {}

  static boolean is(String text) {
    return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }
}
