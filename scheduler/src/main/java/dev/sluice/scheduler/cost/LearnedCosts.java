// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.cost;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Estimates what requests cost, and learns from what they did. Thread-safe.
 *
 * <p>An {@linkplain #estimate estimate} is what to set aside: a quantile of the account's answers. What one request is
 * {@linkplain #expectedOutput expected} to come to is a mean over requests like it. Each takes about a microsecond; memory is at most about
 * 3 KiB for each triple of account, model and streaming kept.
 */
public final class LearnedCosts {
  /**
   * What to go by. Immutable.
   *
   * @param learns whether estimates follow what was learned; errors are measured in any case
   * @param quantile part of an account's answers that its expected answer covers; above 0, below 1
   * @param defaultOutputTokens answer expected while nothing is known; at least 1
   * @param maxHistories triples of account, model and streaming kept at most; at least 1
   * @param maxModels models kept at most; at least 1
   */
  public record Settings(boolean learns, double quantile, long defaultOutputTokens, int maxHistories, int maxModels) {
    public Settings {
      if (!(quantile > 0 && quantile < 1)) {
        throw new IllegalArgumentException("quantile: " + quantile + " (expected: above 0, below 1)");
      }
      if (defaultOutputTokens < 1) {
        throw new IllegalArgumentException("defaultOutputTokens: " + defaultOutputTokens + " (expected: >= 1)");
      }
      if (maxHistories < 1) {
        throw new IllegalArgumentException("maxHistories: " + maxHistories + " (expected: >= 1)");
      }
      if (maxModels < 1) {
        throw new IllegalArgumentException("maxModels: " + maxModels + " (expected: >= 1)");
      }
    }
  }

  /**
   * A request, as far as its cost goes. Immutable.
   *
   * @param promptTokens as counted from its text; at least 0
   * @param maxOutputTokens the most that all its answers together may hold, where a limit was given; 0 for requests without answers
   * @param choices answers asked for; at least 1
   */
  public record Asked(
      String account, String model, boolean streaming, long promptTokens, OptionalLong maxOutputTokens, int choices) {
    public Asked {
      if (promptTokens < 0) {
        throw new IllegalArgumentException("promptTokens: " + promptTokens + " (expected: >= 0)");
      }
      if (choices < 1) {
        throw new IllegalArgumentException("choices: " + choices + " (expected: >= 1)");
      }
    }

    private long capped(double outputTokens) {
      return Math.min(Math.max(1, Math.round(outputTokens)), maxOutputTokens.orElse(Long.MAX_VALUE));
    }
  }

  /** The expected tokens of a request. Immutable. */
  public record Estimate(long promptTokens, long outputTokens) {}

  /**
   * How far the recent estimates of one model lay from what was reported. Immutable.
   *
   * @param promptBias estimated beyond reported prompt tokens, as a part of the reported; 0 while nothing is known
   * @param promptP95 the error, as a part of the reported, that 95 % of the prompts stay below
   * @param outputBias likewise of answers
   * @param outputP95 likewise of answers
   */
  public record ModelError(String model, double promptBias, double promptP95, double outputBias, double outputP95) {}

  private record HistoryKey(String account, String model, boolean streaming) {}

  private record AnswerKind(String model, boolean streaming) {}

  private static final class ModelErrors {
    private final ErrorMeter prompts = new ErrorMeter();
    private final ErrorMeter outputs = new ErrorMeter();
  }

  private final Settings settings;
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final Map<HistoryKey, OutputHistory> histories;

  @GuardedBy("lock")
  private final Map<AnswerKind, Votes> votes;

  @GuardedBy("lock")
  private final Map<AnswerKind, AnswerMeans> means;

  @GuardedBy("lock")
  private final Map<String, PromptRatio> ratios;

  @GuardedBy("lock")
  private final Map<String, ModelErrors> errors;

  /** Knows nothing yet. */
  public LearnedCosts(Settings settings) {
    this.settings = settings;
    this.votes = new BoundedMap<>(2 * settings.maxModels(), (kind, forgotten) -> {});
    this.means = new BoundedMap<>(2 * settings.maxModels(), (kind, forgotten) -> {});
    this.ratios = new BoundedMap<>(settings.maxModels(), (model, forgotten) -> {});
    this.errors = new BoundedMap<>(settings.maxModels(), (model, forgotten) -> {});
    this.histories = new BoundedMap<>(settings.maxHistories(), (key, forgotten) -> forgotten.withdraw());
  }

  /** What {@code asked} is expected to cost: never more output than its own limit, never none where answers are asked for. */
  public Estimate estimate(Asked asked) {
    if (!settings.learns()) {
      return new Estimate(asked.promptTokens(), asked.capped((double) settings.defaultOutputTokens() * asked.choices()));
    }
    lock.lock();
    try {
      PromptRatio ratio = ratios.get(asked.model());
      long prompt = ratio == null ? asked.promptTokens() : ratio.corrected(asked.promptTokens());
      return new Estimate(prompt, asked.capped(expected(asked) * asked.choices()));
    } finally {
      lock.unlock();
    }
  }

  /**
   * The mean output of requests like {@code asked}, in tokens, all its answers together: by the account's record, the size of the prompt and
   * the caller's limit, as far as each lately told anything. At most the caller's limit, at least 1 where answers are asked for.
   */
  public long expectedOutput(Asked asked) {
    if (!settings.learns()) {
      return asked.capped((double) settings.defaultOutputTokens() * asked.choices());
    }
    AnswerMeans.Shape shape = AnswerMeans.Shape.of(asked);
    lock.lock();
    try {
      OutputHistory history = histories.get(new HistoryKey(asked.account(), asked.model(), asked.streaming()));
      AnswerMeans everyone = means.get(new AnswerKind(asked.model(), asked.streaming()));
      double configured = settings.defaultOutputTokens();
      if (everyone == null) {
        return asked.capped(configured * asked.choices());
      }
      double each = history == null
          ? AnswerGuess.ofStranger(shape, everyone, configured)
          : history.guess().expected(shape, everyone, configured);
      return asked.capped(each * asked.choices());
    } finally {
      lock.unlock();
    }
  }

  /** Tokens of one answer, whatever its limit. */
  @GuardedBy("lock")
  private double expected(Asked asked) {
    OutputHistory history = histories.get(new HistoryKey(asked.account(), asked.model(), asked.streaming()));
    Votes typical = votes.get(new AnswerKind(asked.model(), asked.streaming()));
    double configured = settings.defaultOutputTokens();
    double believed = typical == null ? configured : typical.typical(configured);
    return history == null ? believed : history.expected(settings.quantile(), believed);
  }

  /**
   * Takes in what a request that ran to its end really used.
   *
   * @param estimated what {@link #estimate} said of it
   * @param promptTokens as the provider counted them; empty where it did not
   * @param outputTokens of all answers together; empty where unknown, such as when the caller left
   */
  public void learn(Asked asked, Estimate estimated, OptionalLong promptTokens, OptionalLong outputTokens) {
    lock.lock();
    try {
      ModelErrors model = errors.computeIfAbsent(asked.model(), name -> new ModelErrors());
      if (promptTokens.isPresent()) {
        ratios.computeIfAbsent(asked.model(), name -> new PromptRatio()).add(asked.promptTokens(), promptTokens.getAsLong());
        model.prompts.add(estimated.promptTokens(), promptTokens.getAsLong());
      }
      if (outputTokens.isPresent() && asked.maxOutputTokens().orElse(1) > 0) {
        model.outputs.add(estimated.outputTokens(), outputTokens.getAsLong());
        learnOutput(asked, outputTokens.getAsLong());
      }
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void learnOutput(Asked asked, long outputTokens) {
    double each = Math.max(1, (double) outputTokens / asked.choices());
    boolean cutOff = asked.maxOutputTokens().isPresent() && outputTokens >= asked.maxOutputTokens().getAsLong();
    // A cut-off answer would have been longer: it may raise what is expected, never lower it.
    double learned = cutOff ? Math.max(each, expected(asked)) : each;
    AnswerKind kind = new AnswerKind(asked.model(), asked.streaming());
    Votes typical = votes.computeIfAbsent(kind, key -> new Votes());
    OutputHistory history =
        histories.computeIfAbsent(new HistoryKey(asked.account(), asked.model(), asked.streaming()), key -> new OutputHistory());
    history.add(learned, settings.quantile(), typical);
    history.guess().add(
        AnswerMeans.Shape.of(asked), each, means.computeIfAbsent(kind, key -> new AnswerMeans()), (double) settings.defaultOutputTokens());
  }

  /** How good the estimates are, model by model. */
  public List<ModelError> errors() {
    lock.lock();
    try {
      List<ModelError> all = new ArrayList<>();
      errors.forEach((name, model) ->
          all.add(new ModelError(name, model.prompts.bias(), model.prompts.p95(), model.outputs.bias(), model.outputs.p95())));
      return List.copyOf(all);
    } finally {
      lock.unlock();
    }
  }

  /** Triples of account, model and streaming known. */
  int size() {
    lock.lock();
    try {
      return histories.size();
    } finally {
      lock.unlock();
    }
  }
}
