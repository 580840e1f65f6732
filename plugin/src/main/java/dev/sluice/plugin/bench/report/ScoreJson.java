// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.report;

import dev.sluice.plugin.bench.Bench;
import dev.sluice.plugin.bench.BenchPlan;
import dev.sluice.plugin.bench.replay.LaneGoal;
import java.io.ByteArrayOutputStream;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Scores as JSON: the same scores give the same bytes, for nothing of the machine or the clock is in it. Immutable. */
public final class ScoreJson {
  private static final JsonFactory JSON = new JsonFactory();
  private static final double MICRO = 1e6;

  private ScoreJson() {}

  /** UTF-8; ratios and seconds rounded to six decimals. */
  public static byte[] of(Bench.Result result) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
      json.writeStartObject();
      json.writeStringProperty("trace", result.trace().name());
      json.writeStringProperty("source", result.trace().digest());
      json.writeArrayPropertyStart("replayed");
      for (Bench.Replayed trace : result.replayed()) {
        json.writeStartObject();
        json.writeNumberProperty("seed", trace.seed());
        json.writeNumberProperty("requests", trace.requests());
        json.writeStringProperty("sha256", trace.sha256());
        json.writeEndObject();
      }
      json.writeEndArray();
      plan(json, result.plan());
      json.writeArrayPropertyStart("scores");
      result.scores().forEach(score -> score(json, score));
      json.writeEndArray().writeEndObject();
    }
    return bytes.toByteArray();
  }

  private static void plan(JsonGenerator json, BenchPlan plan) {
    json.writeObjectPropertyStart("config");
    plan.config().ifPresent(sha256 -> json.writeStringProperty("sha256", sha256));
    json.writeStringProperty("perturbation", plan.perturbation());
    json.writeNumberProperty("prefill_tokens_per_second", rounded(plan.service().prefillTokensPerSecond()));
    json.writeNumberProperty("output_token_ms", rounded(plan.service().outputTokenNanos() / MICRO));
    json.writeArrayPropertyStart("goals");
    for (LaneGoal goal : plan.goals()) {
      json.writeStartObject();
      json.writeStringProperty("lane", goal.name());
      json.writeNumberProperty("weight", goal.weight());
      json.writeNumberProperty("max_wait_ms", rounded(goal.maxWaitNanos() / MICRO));
      json.writeEndObject();
    }
    json.writeEndArray().writeEndObject();
  }

  private static void score(JsonGenerator json, Score score) {
    json.writeStartObject();
    json.writeStringProperty("policy", score.policy());
    json.writeNumberProperty("load", score.load());
    json.writeNumberProperty("seed", score.seed());
    json.writeNumberProperty("slots", score.slots());
    json.writeNumberProperty("weighted_goodput", rounded(score.weightedGoodput()));
    json.writeNumberProperty("bound", rounded(score.bound()));
    json.writeNumberProperty("of_bound", rounded(score.ofBound()));
    json.writeNumberProperty("utilisation", rounded(score.utilisation()));
    json.writeNumberProperty("useful_utilisation", rounded(score.useful()));
    json.writeNumberProperty("useful_tokens_per_second", rounded(score.tokensPerSecond()));
    json.writeNumberProperty("prediction_error_seconds", rounded(score.predictionErrorSeconds()));
    json.writeArrayPropertyStart("lanes");
    for (LaneScore lane : score.lanes()) {
      json.writeStartObject();
      json.writeStringProperty("lane", lane.lane());
      json.writeNumberProperty("arrivals", lane.arrivals());
      json.writeNumberProperty("goodput", rounded(lane.goodput()));
      json.writeNumberProperty("wait_p50_seconds", rounded(lane.waitP50Seconds()));
      json.writeNumberProperty("wait_p99_seconds", rounded(lane.waitP99Seconds()));
      json.writeNumberProperty("wait_max_seconds", rounded(lane.waitMaxSeconds()));
      json.writeNumberProperty("refusal_p99_seconds", rounded(lane.refusalP99Seconds()));
      json.writeNumberProperty("jain", rounded(lane.jain()));
      json.writeEndObject();
    }
    json.writeEndArray().writeEndObject();
  }

  private static double rounded(double value) {
    return Math.rint(value * MICRO) / MICRO;
  }
}
