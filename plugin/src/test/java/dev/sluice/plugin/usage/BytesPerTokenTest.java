// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class BytesPerTokenTest {
  @Test
  void beforeLearningStreamsWeighMore() {
    BytesPerToken fresh = new BytesPerToken(4);
    assertThat(fresh.tokens("m", true, 20_000)).isEqualTo(100);
    assertThat(fresh.tokens("m", false, 600)).isEqualTo(100);
    assertThat(fresh.tokens("m", true, 1)).isEqualTo(1);
    assertThat(fresh.tokens("m", true, 0)).isZero();
    assertThat(fresh.tokens("m", true, Long.MAX_VALUE)).isPositive();
  }

  @Test
  void followsAChangeWithinSomeAnswers() {
    BytesPerToken learned = new BytesPerToken(4);
    for (int i = 0; i < 50; i++) {
      learned.learn("m", true, 15_000, 100);
    }
    assertThat(learned.tokens("m", true, 15_000)).isEqualTo(100);
    for (int i = 0; i < 30; i++) {
      learned.learn("m", true, 30_000, 100);
    }
    assertThat(learned.tokens("m", true, 30_000)).isBetween(100L, 103L);
    assertThat(learned.tokens("m", false, 600)).as("whole answers are learned apart").isEqualTo(100);
  }

  @Test
  void whatTeachesNothing() {
    BytesPerToken learned = new BytesPerToken(4);
    learned.learn("m", true, 0, 5);
    learned.learn("m", true, 5, 0);
    learned.learn("m", true, -5, 5);
    learned.learn("m", true, Long.MAX_VALUE, 5);
    assertThat(learned.size()).isZero();
  }

  @Test
  void aTokenTakesAtLeastAByte() {
    BytesPerToken learned = new BytesPerToken(4);
    learned.learn("m", true, 1, 1_000_000);
    assertThat(learned.tokens("m", true, 10)).isEqualTo(10);
  }

  @Test
  void modelsBeyondTheBoundShareOneEntry() {
    BytesPerToken learned = new BytesPerToken(4);
    for (int i = 0; i < 1_000; i++) {
      learned.learn("model-" + i, true, 1_000, 10);
    }
    assertThat(learned.size()).isEqualTo(5);
    assertThat(learned.tokens("never-seen", true, 1_000)).isEqualTo(10);
  }

  @Test
  void theBoundIsChecked() {
    assertThatThrownBy(() -> new BytesPerToken(0)).hasMessageContaining("maxModels: 0");
  }

  @Test
  void concurrentLearnersLoseNothingThatMatters() throws InterruptedException {
    BytesPerToken learned = new BytesPerToken(4);
    CountDownLatch start = new CountDownLatch(1);
    Thread[] threads = new Thread[4];
    for (int t = 0; t < threads.length; t++) {
      threads[t] =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      start.await();
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                    for (int i = 0; i < 10_000; i++) {
                      learned.learn("m", true, 4_000, 100);
                    }
                  });
    }
    start.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(learned.tokens("m", true, 4_000)).isEqualTo(100);
  }
}
