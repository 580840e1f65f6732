// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

class FlappingStateTest {
  private final MeterRegistry registry = new SimpleMeterRegistry();

  private double gauge() {
    return registry.get("state").gauge().value();
  }

  @Test
  void onlyChangesAreNewsAndTwoOfThemAreWorthALine() {
    FlappingState state = FlappingState.absent(registry, "state", "of a test");
    assertThat(state.becomes(false)).isFalse();
    assertThat(state.becomes(true)).isTrue();
    assertThat(state.becomes(true)).isFalse();
    assertThat(state.becomes(false)).isTrue();
    assertThat(state.becomes(true)).as("a third line within the minute").isFalse();
    assertThat(gauge()).as("what is not told is shown all the same").isEqualTo(1);
  }

  @Test
  void whateverBecomesOfAnUnknownStateIsNews() {
    FlappingState state = FlappingState.unknown(registry, "state", "of a test");
    assertThat(gauge()).isZero();
    assertThat(state.becomes(false)).isTrue();
    assertThat(state.becomes(false)).isFalse();
    assertThat(gauge()).isZero();
  }
}
