// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.plugin.dialect.Dialect;
import dev.sluice.scheduler.TokenCost;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SettlementTest {
  private static final TokenCost RESERVED = new TokenCost(100, 500);

  private final BytesPerToken bytesPerToken = new BytesPerToken(8);

  @Test
  void reportedUsageWins() {
    assertThat(settle(Captures.event("json-completion"))).isEqualTo(new Settlement(new TokenCost(10, 20), Settlement.Source.REPORTED));
    assertThat(settle(Captures.event("sse-with-usage"))).isEqualTo(new Settlement(new TokenCost(10, 20), Settlement.Source.REPORTED));
    assertThat(
            settle(
                "'status':200,'upstream_addr':'h:1','body':'{\\'usage\\':{\\'prompt_tokens\\':1,\\'completion_tokens\\':2}}',"
                    + "'llm_prompt_tokens':9,'llm_completion_tokens':9"))
        .isEqualTo(new Settlement(new TokenCost(1, 2), Settlement.Source.REPORTED));
  }

  @Test
  void theGatewaysCountComesNext() {
    assertThat(settle("'status':200,'completion':'OK','upstream_addr':'h:1','llm_prompt_tokens':'7','llm_completion_tokens':'8'"))
        .isEqualTo(new Settlement(new TokenCost(7, 8), Settlement.Source.LLM_VARIABLES));
    assertThat(settle("'status':200,'upstream_addr':'h:1','llm_prompt_tokens':'0','llm_completion_tokens':'0'").source())
        .isEqualTo(Settlement.Source.PROMPT_ONLY);
  }

  @Test
  void errorsAndRequestsThatNeverArrivedCostNothing() {
    for (String scenario : new String[] {"upstream-connect-refused-502", "upstream-429-retry-after", "client-abort-while-queued-no-lease"}) {
      assertThat(settle(Captures.event(scenario))).as(scenario).isEqualTo(new Settlement(TokenCost.ZERO, Settlement.Source.NOTHING));
    }
    assertThat(settle("'status':200,'body_bytes_sent':'500'").source()).isEqualTo(Settlement.Source.NOTHING);
    assertThat(settle("'status':400,'upstream_addr':'h:1','body_bytes_sent':'500'").source()).isEqualTo(Settlement.Source.NOTHING);
  }

  @Test
  void anErrorThatReportsUsageCostsIt() {
    assertThat(settle("'status':500,'upstream_addr':'h:1','body':'{\\'usage\\':{\\'input_tokens\\':5,\\'output_tokens\\':1}}'").actual())
        .isEqualTo(new TokenCost(5, 1));
  }

  @Test
  void aCallerWhoLeavesMidStreamPaysForTheBytesSent() {
    Settlement unlearned = settle(Captures.event("client-abort-midstream"));
    assertThat(unlearned).isEqualTo(new Settlement(new TokenCost(100, 1), Settlement.Source.ESTIMATED_FROM_BYTES));
    bytesPerToken.learn("m", true, 40_000, 1_000);
    assertThat(settle(Captures.event("client-abort-midstream")).actual()).isEqualTo(new TokenCost(100, 9));
  }

  @Test
  void aCallerWhoLeavesBeforeTheFirstBytePaysForThePrompt() {
    assertThat(settle("'status':499,'upstream_addr':'h:1','body_bytes_sent':'0'"))
        .isEqualTo(new Settlement(new TokenCost(100, 0), Settlement.Source.PROMPT_ONLY));
  }

  @Test
  void aWholeStreamWithoutUsageCountsItsPieces() {
    String body = "data: {\\'choices\\':[{\\'delta\\':{\\'content\\':\\'a\\'}}]}\\n\\n".repeat(3) + "data: [DONE]\\n\\n";
    assertThat(
            settle(
                "'status':200,'completion':'OK','upstream_addr':'h:1','body_bytes_sent':'9000','content_type':'text/event-stream',"
                    + "'body':'" + body + "'"))
        .isEqualTo(new Settlement(new TokenCost(100, 3), Settlement.Source.ESTIMATED_FROM_BYTES));
  }

  @Test
  void aCutStreamCountsItsBytesButNoLessThanItsPieces() {
    String body = "data: {\\'choices\\':[{\\'delta\\':{\\'content\\':\\'a\\'}}]}\\n\\n".repeat(3);
    String event = "'status':200,'completion':'OK','upstream_addr':'h:1','content_type':'text/event-stream','body':'" + body + "'";
    assertThat(settle(event + ",'body_bytes_sent':'9000'").actual()).isEqualTo(new TokenCost(100, 45));
    assertThat(settle(event + ",'body_bytes_sent':'10'").actual()).isEqualTo(new TokenCost(100, 3));
  }

  @Test
  void anAnthropicStreamCutShortPaysItsRealInput() {
    String body = "data: {\\'type\\':\\'message_start\\',\\'message\\':{\\'usage\\':{\\'input_tokens\\':30,\\'output_tokens\\':1}}}\\n\\n";
    CompletionEvent event =
        event("'status':200,'upstream_addr':'h:1','body_bytes_sent':'2000','content_type':'text/event-stream','body':'" + body + "'");
    assertThat(Settlement.of(event, admitted(Dialect.ANTHROPIC_MESSAGES), bytesPerToken).actual()).isEqualTo(new TokenCost(30, 10));
  }

  @Test
  void embeddingsHaveNoOutput() {
    CompletionEvent event = event("'status':200,'completion':'OK','upstream_addr':'h:1','body_bytes_sent':'30000'");
    assertThat(Settlement.of(event, admitted(Dialect.OPENAI_EMBEDDINGS), bytesPerToken))
        .isEqualTo(new Settlement(new TokenCost(100, 0), Settlement.Source.PROMPT_ONLY));
  }

  @Test
  void reportsTeachWhatATokenWeighs() {
    settle(Captures.event("sse-with-usage"));
    assertThat(bytesPerToken.tokens("m", true, 845)).isEqualTo(20);
    settle(
        "'status':200,'upstream_addr':'h:1','body_bytes_sent':'999999','completion':'',"
            + "'body':'{\\'usage\\':{\\'prompt_tokens\\':1,\\'completion_tokens\\':1}}'");
    assertThat(bytesPerToken.tokens("m", true, 845)).as("an answer the caller left teaches nothing").isEqualTo(20);
  }

  private Settlement settle(String fields) {
    return settle(event(fields));
  }

  private Settlement settle(CompletionEvent event) {
    return Settlement.of(event, admitted(Dialect.OPENAI_CHAT), bytesPerToken);
  }

  private static Settlement.Admitted admitted(Dialect dialect) {
    return new Settlement.Admitted("m", dialect, true, RESERVED);
  }

  private static CompletionEvent event(String fields) {
    String json = "{" + fields.replace("\\'", "\\\"").replace('\'', '"') + "}";
    CompletionEvents events = CompletionEvents.parse(json.getBytes(StandardCharsets.UTF_8));
    assertThat(events.malformed()).isZero();
    return events.events().getFirst();
  }
}
