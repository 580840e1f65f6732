// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.quota;

import io.lettuce.core.api.async.RedisAsyncCommands;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;

/**
 * Notices that Redis has lost its data, as an empty server has, or the latest of it, as a replica has that took over before it knew all. A key
 * names the data's generation and goes with them; and each node counts its signs of life in Redis, so that fewer than were acknowledged tell of a
 * loss too. Reading is thread-safe; {@link #check} is confined to one thread.
 */
final class Generation {
  /** Begins the name of a generation over data of which a part survived. */
  private static final String PART = "part:";

  private final QuotaScripts scripts;
  private final LastShares.Memory memory;
  private volatile String current = "";
  private long signs;

  Generation(QuotaScripts scripts, LastShares.Memory memory) {
    this.scripts = scripts;
    this.memory = memory;
  }

  /** The generation that was last seen; empty before the first. */
  String current() {
    return current;
  }

  /** Gives a sign of life; if the data are of another generation than before, puts back what is known of every quota. Blocks on Redis. */
  void check(RedisAsyncCommands<String, String> redis) throws InterruptedException, ExecutionException {
    String name = UUID.randomUUID().toString();
    List<Object> reply = scripts.beat(redis, current, signs, name, PART + name).get();
    String now = (String) reply.get(0);
    if (!current.isEmpty() && !current.equals(now)) {
      for (LastShares.Latest last : memory.latest()) {
        scripts.restore(redis, last, now, now.startsWith(PART)).get();
      }
    }
    current = now;
    signs = (Long) reply.get(1);
  }
}
