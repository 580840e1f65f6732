// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.routing.servers.RedisServer;
import dev.sluice.t.Figure;
import dev.sluice.t.stack.Http;
import dev.sluice.t.stack.LoneRunner;
import dev.sluice.t.stack.StackPlan;
import dev.sluice.t.stack.StackPlan.AccountPlan;
import dev.sluice.t.stack.StackPlan.ProviderPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Two runners, keys in files, one Redis: the provider's places are divided among them. */
class SharedCapacityIT {
  private static final int PLACES = 9;
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Pattern GAUGE = Pattern.compile("(?m)^sluice_capacity_places\\{[^}]*} ([0-9.]+)$");

  private static LoneRunner runner(RedisServer redis) {
    return LoneRunner.start(
        StackPlan.of(List.of(ProviderPlan.of("local-a", 100_000, PLACES)), List.of(new AccountPlan("a", 0)))
            .with("stores.redis.url", "redis://127.0.0.1:" + redis.port())
            // However busy the machine is, Redis is not lost.
            .with("stores.redis.deadline", "5s"),
        Path.of("target", "e2e"));
  }

  private static long places(LoneRunner runner) {
    Matcher found = GAUGE.matcher(Http.get(runner.admin().resolve("/metrics")).body());
    return found.find() ? (long) Double.parseDouble(found.group(1)) : 0;
  }

  private static void await(LoneRunner runner, LongPredicate places) {
    Http.await(PATIENCE, () -> places.test(places(runner)), () -> "has " + places(runner) + " places");
  }

  private static String ready(LoneRunner runner) {
    return Http.get(runner.admin().resolve("/readyz")).body();
  }

  @Test
  void runnersDivideWhatAProviderTakes() throws IOException {
    try (RedisServer redis = RedisServer.start();
        LoneRunner one = runner(redis)) {
      await(one, places -> places == PLACES);
      try (LoneRunner other = runner(redis)) {
        await(one, places -> places == PLACES / 2 || places == PLACES - PLACES / 2);
        await(other, places -> places > 1);
        long sum = places(one) + places(other);
        assertThat(Figure.exactly("capacity: places of two runners, of 9", sum, PLACES, "SharedCapacityIT").print().holds()).isTrue();
        assertThat(ready(one)).contains("capacity=shared nodes=2");

        redis.close();
        Http.await(PATIENCE, () -> ready(one).contains("capacity=last_part nodes=2"), () -> ready(one));
        long kept = places(one) + places(other);
        assertThat(Figure.exactly("capacity: places of two runners, of 9, without Redis", kept, PLACES, "SharedCapacityIT").print().holds()).isTrue();
      }
    }
  }
}
