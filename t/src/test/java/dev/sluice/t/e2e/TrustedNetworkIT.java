// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.t.e2e.SpoofingIT.Claim;
import dev.sluice.t.stack.GatewayChoice;
import dev.sluice.t.stack.SimulatorView;
import dev.sluice.t.stack.Stack;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The claims of {@link SpoofingIT}, from hosts that are believed. */
class TrustedNetworkIT {
  private static Stack stack;

  @BeforeAll
  static void start() {
    stack = Stack.start(SpoofingIT.plan("127.0.0.0/8"), GatewayChoice.fromProperties(), Path.of("target", "e2e"));
  }

  @AfterAll
  static void stop() {
    stack.close();
  }

  private static HttpResponse<String> send(String name, String... namesAndValues) {
    return SpoofingIT.send(stack, Claim.of(name, namesAndValues));
  }

  @Test
  void theClaimsCountAndStayHere() {
    for (String name : SpoofingIT.CLASSIFYING.subList(0, 4)) {
      assertThat(SpoofingIT.lane(send(name, name, SpoofingIT.CLAIMS.getOrDefault(name, "")))).as(name).isZero();
    }
    assertThat(SpoofingIT.lane(send("none"))).isEqualTo(SpoofingIT.OWN_LEVEL);
    assertThat(send("twice", "x-sluice-tier", "spot", "x-sluice-tier", "internal").statusCode()).isEqualTo(400);
    assertThat(new SimulatorView(stack.simulator("local-a")).requests())
        .allSatisfy(
            seen ->
                assertThat(seen.headers())
                    .filteredOn(header -> header.getKey().startsWith("x-sluice-"))
                    .containsOnly(Map.entry("x-sluice-provider", "local-a")));
  }
}
