// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.redis;

import io.lettuce.core.RedisException;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A script that runs inside Redis, at once or not at all; Redis keeps it and is sent it again where it has forgotten it. Immutable. */
public final class RedisScript {
  private final String text;

  private RedisScript(String text) {
    this.text = text;
  }

  /**
   * Reads a script that lies beside a class.
   *
   * @throws IllegalStateException if it is not there
   */
  public static RedisScript beside(Class<?> owner, String name) {
    try (InputStream script = owner.getResourceAsStream(name)) {
      if (script == null) {
        throw new IllegalStateException(name + " is missing from the jar");
      }
      return new RedisScript(new String(script.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs it; the reply fails at the deadline, at once where the client refuses commands, and never throws here. */
  public CompletableFuture<List<Object>> run(RedisAsyncCommands<String, String> redis, List<String> keys, List<String> arguments, Duration deadline) {
    String[] k = keys.toArray(String[]::new);
    String[] a = arguments.toArray(String[]::new);
    return kept(redis, k, a)
        .exceptionallyCompose(
            failure ->
                failure instanceof RedisNoScriptException
                    ? redis.<List<Object>>eval(text, ScriptOutputType.MULTI, k, a).toCompletableFuture()
                    : CompletableFuture.failedFuture(failure))
        .orTimeout(deadline.toMillis(), TimeUnit.MILLISECONDS);
  }

  private CompletableFuture<List<Object>> kept(RedisAsyncCommands<String, String> redis, String[] keys, String[] arguments) {
    try {
      return redis.<List<Object>>evalsha(redis.digest(text), ScriptOutputType.MULTI, keys, arguments).toCompletableFuture();
    } catch (RedisException e) {
      return CompletableFuture.failedFuture(e);
    }
  }
}
