// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.quota;

/**
 * What a request uses, in every unit. Immutable.
 *
 * @param tokens prompt and output together
 * @param requests usually 1
 * @param moneyMicros millionths of the currency
 */
public record QuotaCost(long tokens, long requests, long moneyMicros) {
  /** Nothing. */
  public static final QuotaCost ZERO = new QuotaCost(0, 0, 0);

  /** Beyond this a single request is nonsense. */
  public static final long MOST = 1L << 41;

  /** Clamps each figure to 0..{@link #MOST}. */
  public QuotaCost {
    tokens = Math.clamp(tokens, 0, MOST);
    requests = Math.clamp(requests, 0, MOST);
    moneyMicros = Math.clamp(moneyMicros, 0, MOST);
  }

  /** The figure in {@code unit}. */
  public long of(QuotaUnit unit) {
    return switch (unit) {
      case TOKENS -> tokens;
      case REQUESTS -> requests;
      case MONEY -> moneyMicros;
    };
  }
}
