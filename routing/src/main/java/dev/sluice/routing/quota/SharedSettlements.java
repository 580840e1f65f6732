// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.quota;

import io.lettuce.core.api.async.RedisAsyncCommands;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

/**
 * Tells Redis what was used in the end, at once or, while it is lost, from a bounded queue later. A settlement names its reservation, so telling
 * it twice does no harm. Thread-safe; {@link #flush} is confined to one thread.
 */
final class SharedSettlements {
  private final QuotaScripts scripts;
  private final Generation generation;
  private final QuotaListener listener;
  private final SharedListener shared;
  private final SharedEnd.Queue waiting;

  /** @param most settlements that may wait */
  SharedSettlements(QuotaScripts scripts, Generation generation, int most, QuotaListener listener, SharedListener shared) {
    this.scripts = scripts;
    this.generation = generation;
    this.listener = listener;
    this.shared = shared;
    this.waiting = new SharedEnd.Queue(most);
  }

  /** Tells one now. */
  CompletableFuture<List<Object>> tell(RedisAsyncCommands<String, String> redis, SharedEnd end) {
    QuotaCost assumed = end.generation().equals(generation.current()) ? QuotaCost.ZERO : end.estimate();
    CompletableFuture<List<Object>> told = scripts.settle(redis, end.id(), end.lines(), end.actual(), assumed);
    return told.whenComplete(
        (reply, failure) -> {
          if (failure == null && (Long) reply.get(0) == 1) {
            for (int i = 0; i < end.lines().size(); i++) {
              listener.used(end.lines().get(i).quota(), end.lines().get(i).span(), (Long) reply.get(i + 1));
            }
          }
        });
  }

  /** Keeps one for later; beyond the bound it is dropped, and counted. */
  void keep(SharedEnd end) {
    if (!waiting.add(end)) {
      shared.settlementDropped();
    }
  }

  /** Whether all were told. */
  boolean told() {
    return waiting.isEmpty();
  }

  /** Tells those that wait; false if Redis stopped answering, which {@code lost} then has heard. Blocks. */
  boolean flush(RedisAsyncCommands<String, String> redis, Consumer<Throwable> lost) throws InterruptedException {
    for (Optional<SharedEnd> end = waiting.poll(); end.isPresent(); end = waiting.poll()) {
      try {
        tell(redis, end.get()).get();
      } catch (ExecutionException e) {
        waiting.giveBack(end.get());
        lost.accept(e);
        return false;
      }
    }
    return true;
  }
}
