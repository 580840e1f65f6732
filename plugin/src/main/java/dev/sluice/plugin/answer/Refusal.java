// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.answer;

/**
 * A request refused, before it is put into the words of a dialect. Immutable.
 *
 * @param message what happened and what to do, for the caller to read; holds nothing secret and no part of a prompt
 * @param param key of the body at fault, empty for none
 */
public record Refusal(Reason reason, String message, String param) {
  /** A refusal in the reason's own words. */
  public static Refusal of(Reason reason) {
    return new Refusal(reason, reason.defaultMessage(), "");
  }

  /** A refusal in words that know more than the reason does. */
  public static Refusal of(Reason reason, String message) {
    return new Refusal(reason, message, "");
  }
}
