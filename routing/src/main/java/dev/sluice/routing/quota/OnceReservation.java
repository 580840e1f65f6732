// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.quota;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** A reservation that ends once, by {@code end}. Thread-safe. */
record OnceReservation(AtomicBoolean ended, Consumer<QuotaCost> end) implements Reservation {
  OnceReservation(Consumer<QuotaCost> end) {
    this(new AtomicBoolean(), end);
  }

  @Override
  public boolean settle(QuotaCost actual) {
    boolean first = ended.compareAndSet(false, true);
    if (first) {
      end.accept(actual);
    }
    return first;
  }
}
