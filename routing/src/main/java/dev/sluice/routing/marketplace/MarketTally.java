// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace;

import dev.sluice.routing.marketplace.Terms.Objection;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/** Counts what happens between this process and the marketplace. Thread-safe. */
public final class MarketTally implements MarketListener {
  private final Map<Operation, Map<Result, LongAdder>> calls = new EnumMap<>(Operation.class);
  private final Map<Objection, LongAdder> unused = zeros(Objection.class);
  private final Map<Trade, LongAdder> trades = zeros(Trade.class);
  private final LongAdder reported = new LongAdder();
  private final LongAdder rejected = new LongAdder();

  /** Nothing has happened. */
  public MarketTally() {
    for (Operation operation : Operation.values()) {
      calls.put(operation, zeros(Result.class));
    }
  }

  private static <E extends Enum<E>> Map<E, LongAdder> zeros(Class<E> type) {
    Map<E, LongAdder> zeros = new EnumMap<>(type);
    for (E value : type.getEnumConstants()) {
      zeros.put(value, new LongAdder());
    }
    return zeros;
  }

  @Override
  public void called(Operation operation, Result result) {
    Objects.requireNonNull(Objects.requireNonNull(calls.get(operation)).get(result)).increment();
  }

  @Override
  public void unused(Objection objection, int supplies) {
    Objects.requireNonNull(unused.get(objection)).add(supplies);
  }

  @Override
  public void traded(Trade trade) {
    Objects.requireNonNull(trades.get(trade)).increment();
  }

  @Override
  public void reported() {
    reported.increment();
  }

  @Override
  public void rejected() {
    rejected.increment();
  }

  /** Calls that ended so. */
  public long calls(Operation operation, Result result) {
    return Objects.requireNonNull(Objects.requireNonNull(calls.get(operation)).get(result)).sum();
  }

  /** Supplies that were listed and not used, each list anew. */
  public long unused(Objection objection) {
    return Objects.requireNonNull(unused.get(objection)).sum();
  }

  /** Requests that were bought for, or not, so. */
  public long trades(Trade trade) {
    return Objects.requireNonNull(trades.get(trade)).sum();
  }

  /** Reports that were delivered. */
  public long reports() {
    return reported.sum();
  }

  /** Reports that were refused for good. */
  public long rejectedReports() {
    return rejected.sum();
  }
}
