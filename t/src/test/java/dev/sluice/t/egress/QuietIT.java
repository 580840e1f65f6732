// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.egress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.t.Figure;
import dev.sluice.t.egress.QuietProcess.Result;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Nothing leaves the machine unasked. {@code -Dquiet.seconds=600} is what is promised; less shows that it works. */
class QuietIT {
  private static final long SECONDS = Long.getLong("quiet.seconds", 4);

  @Test
  void nothingIsLookedUpOrCalledThatIsNotConfigured() throws IOException {
    // Each has a network of its own, so they run at the same time.
    try (QuietProcess shipped = QuietProcess.start("shipped", SECONDS);
        QuietProcess offline = QuietProcess.start("offline", SECONDS)) {
      judge("as shipped", shipped.result());
      judge("offline_mode with everything else on", offline.result());
    }
  }

  private static void judge(String kind, Result result) {
    System.out.println(kind + ": " + result);
    assertThat(result.requests()).as(kind).isGreaterThan(SECONDS);
    assertThat(result.failed()).as(kind).isZero();
    assertThat(result.connection()).as("a deliberate connection is counted").isPositive();
    assertThat(result.lookup()).as("a deliberate lookup is counted").isPositive();
    Figure figure = Figure.exactly("egress " + kind + ": packets to the world in " + SECONDS + " s of traffic", result.packets(), 0, "QuietIT").print();
    assertThat(figure.holds()).isTrue();
  }
}
