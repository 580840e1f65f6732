// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.t.Figure;
import dev.sluice.t.stack.Http;
import dev.sluice.t.stack.RawCall;
import dev.sluice.t.stack.StackPlan;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What waits holds its quota; what leaves or is turned away gives it back. */
class QuotaOfWaitersIT {
  private static final int AMOUNT = 8;

  private WaitingRoom room;

  @BeforeEach
  void open() {
    room = WaitingRoom.open(Map.of("quotas.limits", "{ few: {scope: account, subject: gold, unit: requests, amount: %d} }".formatted(AMOUNT)));
  }

  @AfterEach
  void close() {
    room.close();
  }

  private HttpResponse<String> impatient() {
    return Http.send(
        HttpRequest.newBuilder(room.stack().gateway().resolve("/v1/chat/completions"))
            .header("authorization", "Bearer " + room.stack().key(WaitingRoom.ACCOUNT))
            .header("content-type", "application/json")
            .header("x-sluice-max-wait-ms", "0")
            .POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"%s\",\"max_tokens\":8,\"messages\":[]}".formatted(StackPlan.MODEL)))
            .build());
  }

  private static String reason(HttpResponse<String> answer) {
    return answer.headers().firstValue("x-sluice-reason").orElse(answer.body());
  }

  @Test
  void whoLeavesOrIsRefusedGivesItsQuotaBack() {
    RawCall holder = room.occupyProvider();
    List<RawCall> waiters = room.queue(AMOUNT - 2, "waiter-");
    for (int i = 0; i < 5; i++) {
      assertThat(reason(impatient())).as("one is left, and not used up by refusals").startsWith("wait_");
    }
    RawCall last = room.queue(1, "last-").getFirst();
    assertThat(reason(impatient())).isEqualTo("quota_exceeded");
    for (RawCall waiter : waiters) {
      waiter.close();
    }
    room.awaitWaiting(1);
    List<RawCall> others = room.queue(AMOUNT - 2, "other-");
    assertThat(reason(impatient())).isEqualTo("quota_exceeded");
    holder.close();
    var answers = WaitingRoom.all(room.read(others));
    assertThat(last.answer().status()).isEqualTo(200);
    Http.await(Duration.ofSeconds(5), () -> room.stack().pool().openLeases() == 0, () -> room.stack().pool().toString());
    // The holder's caller left before its answer; its provider had taken it, so that its prompt counts, and it as a request.
    assertThat(reason(impatient())).isEqualTo("quota_exceeded");
    long kept = others.size() - answers.stream().filter(answer -> answer.status() == 200).count();
    assertThat(Figure.exactly("quotas: requests of waiters that left or were refused, kept from the quota", kept, 0, "QuotaOfWaitersIT").print().holds()).isTrue();
  }
}
