// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace;

import dev.sluice.routing.marketplace.wire.Transport;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/** A marketplace without a network: answers as it is told, on virtual time, and notes what it was asked. Not thread-safe. */
public final class ScriptedMarket implements Transport {
  /** A signed token that suppliers would be shown. */
  public static final String TOKEN = "signed.token-1";

  /** What was asked, in order. */
  public final List<Call> calls = new ArrayList<>();

  /** Answers to the next calls; beyond them it is well. */
  public final Deque<Answer> script = new ArrayDeque<>();

  /** Makes the supplies of a healthy answer. */
  public String supplies = supply("s1", "https://a.example", "eu", "1", 800);

  /** Makes the quote of a healthy answer. */
  public Function<Call, String> quote = call -> quote("1", 60, 900);

  /** While true every call fails. */
  public boolean down;

  public static String supply(String id, String endpoint, String region, String price, int latency) {
    return supply(id, endpoint, region, price, latency, "");
  }

  public static String supply(String id, String endpoint, String region, String price, int latency, String more) {
    return """
        {"supply_id":"%s","endpoint":"%s","model":"m-large","region":"%s","price_per_mtoken":{"input":"%s","output":"%s"},
         "p99_latency_ms":%d,"throughput_tps":20000,"availability":0.99,"max_context_tokens":100000%s}"""
        .formatted(id, endpoint, region, price, price, latency, more);
  }

  public static String standing(int startWithin) {
    return ",\"standing_offer\":{\"signed_token\":\"standing.token\",\"price_per_mtoken\":{\"input\":\"1\",\"output\":\"1\"},\"start_within_sec\":%d,\"exec_timeout_sec\":900}"
        .formatted(startWithin);
  }

  public static String quote(String price, int startWithin, int execTimeout) {
    return "{\"quote_id\":\"q1\",\"signed_token\":\"%s\",\"price_per_mtoken\":{\"input\":\"%s\",\"output\":\"%s\"},\"start_within_sec\":%d,\"exec_timeout_sec\":%d}"
        .formatted(TOKEN, price, price, startWithin, execTimeout);
  }

  public static Answer ok(String body) {
    return new Answer.Answered(200, body, OptionalLong.empty());
  }

  public static Answer status(int status) {
    return new Answer.Answered(status, "{}", OptionalLong.empty());
  }

  public static Answer fails() {
    return new Answer.Failed(Trouble.CONNECTION);
  }

  @Override
  public Answer send(Call call) {
    calls.add(call);
    Optional<Answer> scripted = Optional.ofNullable(script.poll());
    if (scripted.isPresent()) {
      return scripted.get();
    }
    if (down) {
      return fails();
    }
    if (call.path().contains("/supplies")) {
      return ok("{\"supplies\":[" + supplies + "]}");
    }
    return ok(call.path().endsWith("/quote") ? quote.apply(call) : "{}");
  }

  @Override
  public void close() {}
}
