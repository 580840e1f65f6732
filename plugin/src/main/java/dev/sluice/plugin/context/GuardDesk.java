// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.context;

import dev.sluice.plugin.admission.AdmissionDesk;
import dev.sluice.plugin.hook.ContentHook;
import dev.sluice.plugin.hook.FittingHook;
import dev.sluice.plugin.hook.Webhook;
import dev.sluice.scheduler.Ticker;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;

/**
 * What every passage of the guard needs. Immutable.
 *
 * @param admission the scheduler's desk, whose catalogue, refusals, levels and bodies are the same
 * @param policy how requests are guarded
 * @param counting who counts
 * @param hooks who else is asked
 * @param listener hears how requests left
 */
public record GuardDesk(AdmissionDesk admission, ContextPolicy policy, Counting counting, Hooks hooks, Listener listener) {
  /** KiB of bodies that may be held for counts and calls at a time. */
  private static final int HELD_KIB = 96 * 1024;

  /**
   * Who counts. Thread-safe.
   *
   * @param heldKib KiB of bodies that may still be held; taken for as long as one is counted or a webhook asked about it
   */
  record Counting(ContextJudge judge, Executor executor, Semaphore heldKib) {}

  /** Webhooks; both are usually absent. Immutable. */
  public record Hooks(Optional<ContentHook> content, Optional<FittingHook> fitting) {}

  /** How a request left the guard; a closed set, for metrics. */
  public enum Outcome {
    /** Sure to fit without a count. */
    FITTED,
    /** Counted, and found to fit. */
    COUNTED,
    TRUNCATED,
    /** A webhook made it fit. */
    REPLACED,
    REFUSED,
    /** The content hook denied it. */
    DENIED,
    /** The content hook gave no answer, and requests are served without. */
    UNCHECKED
  }

  /** Hears how requests left, and how webhooks did. Implementations are thread-safe and don't block. */
  public interface Listener {
    /** A request left, or something happened to it on the way. */
    void left(Outcome outcome);

    /** A webhook gave no answer. */
    void failed(Webhook.Failure failure);
  }

  /** A desk whose judge counts for at most {@code budget}. */
  public static GuardDesk of(AdmissionDesk admission, ContextPolicy policy, Executor counters, Duration budget, Hooks hooks, Listener listener) {
    Ticker ticker = admission.bodies().ticker();
    ContextJudge judge =
        new ContextJudge(admission.bodies().reader(), admission.bodies().rewriter(), new Tokenizers(), ticker, budget.toNanos());
    return new GuardDesk(admission, policy, new Counting(judge, counters, new Semaphore(HELD_KIB)), hooks, listener);
  }
}
