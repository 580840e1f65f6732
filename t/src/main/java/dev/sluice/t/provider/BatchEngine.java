// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.provider;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A model server with continuous batching, in virtual time. Not thread-safe; time is what the caller says.
 *
 * <p>Requests wait in order of arrival, join the batch when it has room, have their prompts read in order of joining, and
 * then get one token a step until they have all of theirs. Steps follow each other without a gap while anybody is in the
 * batch; the caller learns from {@link #nextStepEndNanos} when to call {@link #advance} next.
 */
public final class BatchEngine {
  private final BatchModel model;
  private int slowdown = 1;
  private final Deque<Sequence> queue = new ArrayDeque<>();
  private final Set<Sequence> batch = new LinkedHashSet<>();
  private List<Sequence> decoding = List.of();
  private long prefillTokens;
  private long stepEndNanos;
  private boolean stepping;

  /** An idle server. */
  public BatchEngine(BatchModel model) {
    this.model = model;
  }

  /** Makes every step that begins from now on take so many times as long; 1 is the model's own speed. */
  public void slowDown(int times) {
    if (times < 1) {
      throw new IllegalArgumentException("slowdown: " + times + " (expected: at least 1)");
    }
    slowdown = times;
  }

  /** Told about one request's progress, from inside {@link #advance}, at the end of the step that made it. */
  public interface Progress {
    /** The prompt is read; the first token comes with the next step. */
    void promptRead(long atNanos);

    /** One more output token; {@code last} with the final one. */
    void token(long atNanos, boolean last);
  }

  /** A request in the server. */
  public static final class Sequence {
    private final Progress progress;
    private final int outputTokens;
    private long promptLeft;
    private int produced;

    private Sequence(long promptTokens, int outputTokens, Progress progress) {
      this.promptLeft = promptTokens;
      this.outputTokens = outputTokens;
      this.progress = progress;
    }

    /** Output tokens so far. */
    public int produced() {
      return produced;
    }
  }

  /** Adds a request; one without output is over once its prompt is read. */
  public Sequence submit(long promptTokens, int outputTokens, long nowNanos, Progress progress) {
    Sequence sequence = new Sequence(promptTokens, outputTokens, progress);
    queue.add(sequence);
    if (!stepping) {
      startStep(nowNanos);
    }
    return sequence;
  }

  /** Takes a request out; the running step ends when it would have ended anyway. */
  public void cancel(Sequence sequence) {
    if (!queue.remove(sequence)) {
      batch.remove(sequence);
    }
  }

  /** Requests that wait for room in the batch. */
  public int queued() {
    return queue.size();
  }

  /** Requests in the batch. */
  public int running() {
    return batch.size();
  }

  /** When the running step ends; empty while the server is idle. */
  public OptionalLong nextStepEndNanos() {
    return stepping ? OptionalLong.of(stepEndNanos) : OptionalLong.empty();
  }

  /** Ends every step that is due by {@code nowNanos}. */
  public void advance(long nowNanos) {
    while (stepping && stepEndNanos - nowNanos <= 0) {
      long endNanos = stepEndNanos;
      endStep(endNanos);
      startStep(endNanos);
    }
  }

  private void startStep(long atNanos) {
    while (batch.size() < model.maxBatch() && !queue.isEmpty()) {
      batch.add(queue.remove());
    }
    decoding = new ArrayList<>();
    prefillTokens = 0;
    for (Sequence sequence : batch) {
      if (sequence.promptLeft == 0) {
        decoding.add(sequence);
      } else {
        prefillTokens = Math.min(model.prefillChunkTokens(), prefillTokens + sequence.promptLeft);
      }
    }
    stepping = !batch.isEmpty();
    stepEndNanos = atNanos + slowdown * model.stepNanos(decoding.size(), prefillTokens);
  }

  private void endStep(long atNanos) {
    long budget = prefillTokens;
    for (Sequence sequence : List.copyOf(batch)) {
      if (sequence.promptLeft > 0 && budget > 0) {
        long read = Math.min(budget, sequence.promptLeft);
        budget -= read;
        sequence.promptLeft -= read;
        if (sequence.promptLeft == 0) {
          if (sequence.outputTokens == 0) {
            batch.remove(sequence);
          }
          sequence.progress.promptRead(atNanos);
        }
      }
    }
    for (Sequence sequence : decoding) {
      if (batch.contains(sequence)) {
        sequence.produced++;
        boolean last = sequence.produced == sequence.outputTokens;
        if (last) {
          batch.remove(sequence);
        }
        sequence.progress.token(atNanos, last);
      }
    }
  }
}
