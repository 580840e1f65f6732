// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.provider;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The model server in virtual time: every figure is exact. */
class BatchEngineTest {
  private static final long MILLI = 1_000_000;

  /** Reads 1 000 prompt tokens a second; a step takes 10 ms and 1 ms more for each request. */
  private static final BatchModel MODEL = new BatchModel(1_000, 10 * MILLI, MILLI, 1_000_000, 2, 1_000_000);

  private static final class Seen implements BatchEngine.Progress {
    private final List<Long> tokensAtMillis = new ArrayList<>();
    private long promptAtMillis = -1;

    @Override
    public void promptRead(long atNanos) {
      promptAtMillis = atNanos / MILLI;
    }

    @Override
    public void token(long atNanos, boolean last) {
      tokensAtMillis.add(atNanos / MILLI);
    }
  }

  private static void runOut(BatchEngine engine) {
    while (engine.nextStepEndNanos().isPresent()) {
      engine.advance(engine.nextStepEndNanos().getAsLong());
    }
  }

  @Test
  void firstTokenComesAfterThePromptAndOneStep() {
    BatchEngine engine = new BatchEngine(MODEL);
    Seen seen = new Seen();
    engine.submit(100, 3, 0, seen);
    runOut(engine);
    assertThat(seen.promptAtMillis).isEqualTo(100);
    assertThat(seen.tokensAtMillis).containsExactly(111L, 122L, 133L);
  }

  @Test
  void theStepGrowsWithTheBatchAndAPromptSlowsTheOthers() {
    BatchEngine engine = new BatchEngine(MODEL);
    Seen a = new Seen();
    Seen b = new Seen();
    engine.submit(10, 4, 0, a);
    engine.advance(11 * MILLI);
    engine.submit(20, 2, 11 * MILLI, b);
    runOut(engine);
    // a: prompt until 10, token at 21 alone, next step 11 + 20 ms of b's prompt = 52, then 12 ms each for two.
    assertThat(a.tokensAtMillis).containsExactly(21L, 52L, 64L, 76L);
    assertThat(b.tokensAtMillis).containsExactly(64L, 76L);
  }

  @Test
  void aFullBatchMakesOthersWaitInOrder() {
    BatchEngine engine = new BatchEngine(MODEL);
    Seen third = new Seen();
    engine.submit(1, 5, 0, new Seen());
    engine.submit(1, 9, 0, new Seen());
    engine.submit(1, 1, 0, third);
    engine.advance(MILLI);
    assertThat(engine.running()).isEqualTo(2);
    assertThat(engine.queued()).isEqualTo(1);
    runOut(engine);
    // The first has its prompt at 1 and its five tokens at 13, 25, 37, 49 and 61; then the third's prompt takes a step.
    assertThat(third.promptAtMillis).isEqualTo(73);
  }

  @Test
  void noMixPassesTheCeiling() {
    BatchModel model = new BatchModel(1_000_000, 0, 0, 500, 64, 50);
    BatchEngine engine = new BatchEngine(model);
    long[] tokens = {0};
    for (int i = 0; i < 40; i++) {
      engine.submit(30, 20, 0, new BatchEngine.Progress() {
        @Override
        public void promptRead(long atNanos) {
          tokens[0] += 30;
        }

        @Override
        public void token(long atNanos, boolean last) {
          tokens[0]++;
        }
      });
    }
    long endNanos = 0;
    while (engine.nextStepEndNanos().isPresent()) {
      endNanos = engine.nextStepEndNanos().getAsLong();
      engine.advance(endNanos);
      assertThat(tokens[0]).isLessThanOrEqualTo(endNanos * 500 / 1_000_000_000 + 1);
    }
    assertThat(tokens[0]).isEqualTo(40 * 50);
    assertThat(endNanos / MILLI).isEqualTo(4000);
  }

  @Test
  void aCancelledRequestFreesItsPlaceAndGetsNothingMore() {
    BatchEngine engine = new BatchEngine(MODEL);
    Seen gone = new Seen();
    Seen waiting = new Seen();
    BatchEngine.Sequence sequence = engine.submit(1, 1000, 0, gone);
    engine.submit(1, 1000, 0, new Seen());
    engine.submit(1, 1, 0, waiting);
    engine.advance(50 * MILLI);
    int before = gone.tokensAtMillis.size();
    engine.cancel(sequence);
    engine.advance(200 * MILLI);
    assertThat(gone.tokensAtMillis).hasSize(before);
    assertThat(waiting.tokensAtMillis).hasSize(1);
  }
}
