// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.quota;

import io.lettuce.core.SetArgs;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Notices that Redis has lost its data: a key in it names their generation, and goes with them. Reading is thread-safe; {@link #check} is
 * confined to one thread.
 */
final class Generation {
  private static final String KEY = SharedLine.PREFIX + "generation";

  private final QuotaScripts scripts;
  private final LastShares.Memory memory;
  private final long deadlineMillis;
  private volatile String current = "";

  Generation(QuotaScripts scripts, LastShares.Memory memory, Duration deadline) {
    this.scripts = scripts;
    this.memory = memory;
    this.deadlineMillis = deadline.toMillis();
  }

  /** The generation that was last seen; empty before the first. */
  String current() {
    return current;
  }

  /** Compares the generation with the one before; if it is another, puts back what is known of every quota. Blocks on Redis. */
  void check(RedisAsyncCommands<String, String> redis) throws InterruptedException, ExecutionException, TimeoutException {
    String now = redis.get(KEY).get(deadlineMillis, TimeUnit.MILLISECONDS);
    if (now == null) {
      redis.set(KEY, UUID.randomUUID().toString(), SetArgs.Builder.nx()).get(deadlineMillis, TimeUnit.MILLISECONDS);
      now = redis.get(KEY).get(deadlineMillis, TimeUnit.MILLISECONDS);
    }
    if (!current.isEmpty() && !current.equals(now)) {
      for (LastShares.Latest last : memory.latest()) {
        scripts.restore(redis, last.quota(), last.span(), last.seen()).get();
      }
    }
    current = now == null ? "" : now;
  }
}
