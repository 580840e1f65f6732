// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.quota;

import dev.sluice.routing.redis.RedisScript;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The scripts that reserve, settle, restore and give signs of life in Redis. Thread-safe. */
final class QuotaScripts {
  /** How long a second end of the same reservation is recognised. */
  private static final Duration MARK = Duration.ofMinutes(10);

  /** How long a node may be away before its signs of life are forgotten. */
  private static final Duration SIGNS = Duration.ofDays(7);

  private final RedisScript reserve = RedisScript.beside(QuotaScripts.class, "reserve.lua");
  private final RedisScript settle = RedisScript.beside(QuotaScripts.class, "settle.lua");
  private final RedisScript restore = RedisScript.beside(QuotaScripts.class, "restore.lua");
  private final RedisScript beat = RedisScript.beside(QuotaScripts.class, "beat.lua");
  private final Duration life;
  private final Duration nodeLife;
  private final Duration deadline;
  private final String node;

  /**
   * Scripts as one node runs them.
   *
   * @param life of a reservation that nobody ends
   * @param nodeLife after which a silent node no longer counts
   * @param deadline of each call
   */
  QuotaScripts(String node, Duration life, Duration nodeLife, Duration deadline) {
    this.node = node;
    this.life = life;
    this.nodeLife = nodeLife;
    this.deadline = deadline;
  }

  /** Runs the script that reserves; fails at the deadline. */
  CompletableFuture<ReserveReply> reserve(RedisAsyncCommands<String, String> redis, String id, List<SharedLine> lines, QuotaCost cost) {
    List<String> keys = keys(lines, SharedLine.PREFIX + "nodes", SharedLine.PREFIX + "r:" + id);
    List<String> arguments = new ArrayList<>(4 + 7 * lines.size());
    arguments.add(id);
    arguments.add(Long.toString(life.toMillis()));
    arguments.add(node);
    arguments.add(Long.toString(nodeLife.toMillis()));
    lines.forEach(line -> line.reserving(cost.of(line.quota().unit()), arguments));
    return reserve.run(redis, keys, arguments, deadline).thenApply(ReserveReply::of);
  }

  /**
   * Runs the script that settles; fails at the deadline.
   *
   * @param assumed what counts as held if Redis does not know the reservation
   */
  CompletableFuture<List<Object>> settle(
      RedisAsyncCommands<String, String> redis, String id, List<SharedLine> lines, QuotaCost actual, QuotaCost assumed) {
    List<String> keys = keys(lines, SharedLine.PREFIX + "r:" + id, SharedLine.PREFIX + "e:" + id);
    List<String> arguments = new ArrayList<>(3 + 5 * lines.size());
    arguments.add(id);
    arguments.add(Long.toString(MARK.toMillis()));
    arguments.add(Long.toString(life.plusDays(1).toMillis()));
    lines.forEach(line -> line.settling(actual.of(line.quota().unit()), assumed.of(line.quota().unit()), arguments));
    return settle.run(redis, keys, arguments, deadline);
  }

  /**
   * Puts back what was used of a quota before Redis lost its data.
   *
   * @param survived whether a part of them is still there
   */
  CompletableFuture<List<Object>> restore(RedisAsyncCommands<String, String> redis, LastShares.Latest last, String generation, boolean survived) {
    List<String> arguments =
        List.of(
            Long.toString(last.seen().used()),
            Long.toString(last.seen().drawn()),
            Long.toString(last.quota().reserve()),
            Long.toString(last.span().end().plus(life).plus(Duration.ofDays(1)).toEpochMilli()),
            generation,
            survived ? "1" : "0");
    return restore.run(redis, List.of(SharedLine.tally(last.quota(), last.span())), arguments, deadline);
  }

  /**
   * Counts a sign of this node's life.
   *
   * @param known the generation that the node knows; empty for none
   * @param acknowledged signs of life that Redis has counted before
   * @param empty names a generation that begins with no data
   * @param part names one that begins with a part of them
   */
  CompletableFuture<List<Object>> beat(RedisAsyncCommands<String, String> redis, String known, long acknowledged, String empty, String part) {
    List<String> keys = List.of(SharedLine.PREFIX + "generation", SharedLine.PREFIX + "b:" + node);
    return beat.run(redis, keys, List.of(known, Long.toString(acknowledged), empty, part, Long.toString(SIGNS.toMillis())), deadline);
  }

  private static List<String> keys(List<SharedLine> lines, String second, String third) {
    List<String> keys = new ArrayList<>(3 + lines.size());
    keys.add(SharedLine.PREFIX + "expiry");
    keys.add(second);
    keys.add(third);
    lines.forEach(line -> keys.add(line.tally()));
    return keys;
  }
}
