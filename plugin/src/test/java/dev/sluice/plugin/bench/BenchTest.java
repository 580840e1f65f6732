// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.plugin.bench.BenchPlan.Entrant;
import dev.sluice.plugin.bench.baseline.Baselines;
import dev.sluice.plugin.bench.replay.ExpectedOutput;
import dev.sluice.plugin.bench.replay.LaneGoal;
import dev.sluice.plugin.bench.replay.LearnedOutput;
import dev.sluice.plugin.bench.replay.Outcomes;
import dev.sluice.plugin.bench.replay.SchedulerContender;
import dev.sluice.plugin.bench.replay.ServiceModel;
import dev.sluice.plugin.bench.report.Score;
import dev.sluice.plugin.bench.report.ScoreHtml;
import dev.sluice.plugin.bench.report.ScoreJson;
import dev.sluice.plugin.bench.trace.TraceDigest;
import dev.sluice.plugin.bench.trace.TraceGenerator;
import dev.sluice.plugin.bench.trace.TraceGenerator.Mix;
import dev.sluice.scheduler.Policy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The bench on generated traces. */
class BenchTest {
  private static final double SECONDS = 120;

  private static Map<String, Entrant> everyone() {
    Map<String, Entrant> policies = new LinkedHashMap<>();
    policies.put("blind", new Entrant(stage -> new SchedulerContender(stage, Policy.HYBRID), ExpectedOutput::blind));
    policies.put("learned", new Entrant(stage -> new SchedulerContender(stage, Policy.HYBRID), LearnedOutput::new));
    Baselines.all(3).forEach((name, factory) -> policies.put(name, new Entrant(factory, ExpectedOutput::blind)));
    return policies;
  }

  private static Bench.Result run(Mix mix, Map<String, Entrant> policies, String perturbation, double... loads) throws IOException {
    BenchPlan plan = new BenchPlan(
        ServiceModel.REFERENCE, LaneGoal.REFERENCE, Arrays.stream(loads).boxed().toList(), List.of(1L), policies, perturbation);
    return new Bench(plan, seed -> TraceGenerator.generate("generated", mix, seed)).run(part -> {});
  }

  @Test
  void sameTraceSeedAndConfigurationGiveTheSameBytes() throws IOException {
    Bench.Result once = run(Mix.azureLike(SECONDS), everyone(), "noise", 1.2);
    Bench.Result again = run(Mix.azureLike(SECONDS), everyone(), "noise", 1.2);
    byte[] first = ScoreJson.of(once);
    byte[] second = ScoreJson.of(again);
    long differ = IntStream.range(0, Math.min(first.length, second.length)).filter(i -> first[i] != second[i]).count()
        + Math.abs(first.length - second.length);
    System.out.printf("figure: replay: bytes of JSON that differ between two runs | %d | = 0 | %s | BenchTest%n", differ, differ == 0 ? "pass" : "short");
    assertThat(differ).isZero();
    assertThat(new String(first, StandardCharsets.UTF_8))
        .contains("\"replayed\":[{\"seed\":1,", "\"sha256\":\"" + TraceDigest.of(once.trace()), "\"perturbation\":\"noise\"");
  }

  @Test
  void nobodyBeatsTheHindsightBound() throws IOException {
    for (Mix mix : List.of(Mix.azureLike(SECONDS), Mix.bursty(SECONDS), Mix.longAnswers(SECONDS))) {
      for (Score score : run(mix, everyone(), "none", 0.8, 1.5).scores()) {
        assertThat(score.ofBound()).as("%s at %s of %s", score.policy(), score.load(), mix).isBetween(0.0, 1.0 + 1e-9);
      }
    }
  }

  @Test
  void everyPerturbationEndsWithEveryRequestDecidedOnce() throws IOException {
    for (String perturbation : List.of("aborts", "halved", "down", "surge", "noise", "lost", "retries")) {
      Bench.Result result = run(Mix.azureLike(SECONDS), everyone(), perturbation, 1.2);
      assertThat(result.scores()).as(perturbation).allSatisfy(score -> assertThat(score.weightedGoodput()).isBetween(0.0, 1.0));
      result.samples().stream().filter(outcomes -> outcomes.policy().equals("blind")).forEach(outcomes -> {
        for (int id = 0; id < outcomes.trace().requests().size(); id++) {
          boolean refused = outcomes.refusedNanos()[id] != Outcomes.NEVER;
          assertThat(outcomes.started(id) ? !refused : refused || outcomes.abandoned()[id]).as("%s: request %s", perturbation, id).isTrue();
        }
      });
    }
  }

  @Test
  void thePageNeedsNothingElse() throws IOException {
    Bench.Result result = run(Mix.azureLike(SECONDS), everyone(), "none", 0.9, 1.2);
    String page = ScoreHtml.of(result);
    assertThat(page).startsWith("<!doctype html>").contains("<svg", "polyline", "gold").doesNotContain("<script", "http", "src=", "NaN", "Infinity");
  }

  /** One policy and one set of weights on mixes it was never looked at with. */
  @Test
  void theDefaultPolicyBeatsEveryBlindBaselineOnOtherMixes() throws IOException {
    for (Mix mix : List.of(Mix.bursty(1_200), Mix.longAnswers(1_200))) {
      List<Score> scores = run(mix, everyone(), "none", 1.3).scores();
      double own = scores.stream().filter(score -> score.policy().equals("blind")).findFirst().orElseThrow().ofBound();
      System.out.printf(Locale.ROOT, "%s: default policy %.3f of the bound%n", mix, own);
      assertThat(scores)
          .filteredOn(score -> score.policy().startsWith("B"))
          .allSatisfy(score -> assertThat(score.ofBound()).as(score.policy() + " on " + mix).isLessThan(own + 0.02));
    }
  }
}
