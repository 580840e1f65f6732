// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.context;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.plugin.dialect.BodyRewriter;
import dev.sluice.plugin.dialect.Dialect;
import dev.sluice.plugin.dialect.PromptReader;
import dev.sluice.plugin.dialect.ReadLimits;
import dev.sluice.plugin.dialect.ReadResult;
import dev.sluice.plugin.protocol.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ContextJudgeTest {
  private static final PromptReader READER = new PromptReader(ReadLimits.DEFAULT);
  private static final ContextJudge JUDGE =
      new ContextJudge(READER, new BodyRewriter(ReadLimits.DEFAULT), new Tokenizers(), () -> 0, 1_000_000_000);
  private static final String WORDS = "plain words of prose ".repeat(50).strip(); // 200 tokens

  private static ContextTerms terms(Strategy strategy, OutputPolicy output, OptionalLong maxOutput, int margin) {
    return new ContextTerms(OptionalLong.empty(), strategy, 100, output, maxOutput, new ContextTerms.Counting(Vocabulary.AUTO, margin));
  }

  private static ContextVerdict judge(String body, long limit, ContextTerms terms) {
    byte[] utf8 = body.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    ContextJudge.Question question =
        new ContextJudge.Question(Dialect.OPENAI_CHAT, Bytes.of(utf8), (ReadResult.Read) READER.read(Dialect.OPENAI_CHAT, utf8), limit, terms);
    return JUDGE.atOnce(question).orElseGet(() -> JUDGE.judge(question, "m"));
  }

  private static String after(String body, ContextVerdict verdict) {
    return new String(((ContextVerdict.Fits) verdict).edit().apply(body.replace('\'', '"').getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8).replace('"', '\'');
  }

  private static String said(String role, String text) {
    return "{'role':'" + role + "','content':'" + text + "'}";
  }

  private static String chat(String more, String... messages) {
    return "{'model':'m'," + more + "'messages':[" + String.join(", ", messages) + "]}";
  }

  @Test
  void whatIsSureToFitIsNotCounted() {
    ContextVerdict verdict = judge(chat("", said("user", WORDS)), 2_000, terms(Strategy.REJECT, OutputPolicy.REFUSE, OptionalLong.empty(), 0));
    assertThat(((ContextVerdict.Fits) verdict).shape().counted()).isFalse();
    assertThat(((ContextVerdict.Fits) verdict).edit().isEmpty()).isTrue();
  }

  @Test
  void theReserveIsKeptForAnswersWithoutALimit() {
    ContextTerms terms = terms(Strategy.REJECT, OutputPolicy.REFUSE, OptionalLong.empty(), 0);
    ContextVerdict.Fits fits = (ContextVerdict.Fits) judge(chat("", said("user", WORDS)), 307, terms);
    assertThat(fits.shape().counted()).isTrue();
    assertThat(fits.shape().promptTokens()).isEqualTo(207);
    assertThat(judge(chat("", said("user", WORDS)), 306, terms)).isEqualTo(new ContextVerdict.Beyond(306, 207, 100));
  }

  @Test
  void countsAreRaisedByTheMargin() {
    ContextTerms terms = terms(Strategy.REJECT, OutputPolicy.REFUSE, OptionalLong.empty(), 10);
    assertThat(((ContextVerdict.Fits) judge(chat("", said("user", WORDS)), 328, terms)).shape().promptTokens()).isEqualTo(228);
    assertThat(judge(chat("", said("user", WORDS)), 327, terms)).isInstanceOf(ContextVerdict.Beyond.class);
  }

  @Test
  void aLimitOnTheOutputIsRefusedOrLowered() {
    String body = chat("'max_tokens':500 , 'max_completion_tokens': 400,", said("user", WORDS));
    // Nothing is counted that doesn't matter: what is told is the estimate.
    assertThat(judge(body, 600, terms(Strategy.REJECT, OutputPolicy.REFUSE, OptionalLong.empty(), 0)))
        .isInstanceOfSatisfying(ContextVerdict.Beyond.class, beyond -> assertThat(beyond.prompt()).isBetween(180L, 240L));
    ContextVerdict lowered = judge(body, 600, terms(Strategy.REJECT, OutputPolicy.CLAMP, OptionalLong.empty(), 0));
    assertThat(after(body, lowered)).isEqualTo(body.replace("500", "393").replace("400", "393"));
    assertThat(((ContextVerdict.Fits) lowered).shape().maxOutputTokens()).isEqualTo(OptionalLong.of(393));
    assertThat(((ContextVerdict.Fits) lowered).cut()).contains("max_tokens=393");
    // Less than the reserve is no answer.
    assertThat(judge(body, 306, terms(Strategy.REJECT, OutputPolicy.CLAMP, OptionalLong.empty(), 0))).isEqualTo(new ContextVerdict.Beyond(306, 207, 100));
  }

  @Test
  void eachAnswerHasTheContextForItself() {
    String body = chat("'max_tokens':300,'n':4,", said("user", WORDS));
    ContextVerdict.Fits fits = (ContextVerdict.Fits) judge(body, 507, terms(Strategy.REJECT, OutputPolicy.REFUSE, OptionalLong.empty(), 0));
    assertThat(fits.shape().maxOutputTokens()).isEqualTo(OptionalLong.of(1200));
  }

  @Test
  void theModelsOwnBoundOnAnswers() {
    String body = chat("'max_tokens':500,", said("user", WORDS));
    assertThat(judge(body, 100_000, terms(Strategy.REJECT, OutputPolicy.REFUSE, OptionalLong.of(256), 0))).isEqualTo(new ContextVerdict.OutputTooLong(256));
    ContextVerdict lowered = judge(body, 100_000, terms(Strategy.REJECT, OutputPolicy.CLAMP, OptionalLong.of(256), 0));
    assertThat(after(body, lowered)).isEqualTo(body.replace("500", "256"));
  }

  @Test
  void theOldestTurnsGoFirst() {
    String body = chat("'max_tokens':10,", said("system", "Be brief."), said("user", WORDS), said("assistant", "one"), said("user", WORDS), said("assistant", "two"), said("user", "three?"));
    ContextVerdict verdict = judge(body, 300, terms(Strategy.TRUNCATE_OLDEST, OutputPolicy.REFUSE, OptionalLong.empty(), 0));
    assertThat(after(body, verdict))
        .isEqualTo(chat("'max_tokens':10,", said("system", "Be brief."), said("user", WORDS), said("assistant", "two"), said("user", "three?")));
    assertThat(((ContextVerdict.Fits) verdict).cut().orElseThrow()).startsWith("messages=2; of=6; prompt_tokens=").endsWith("; strategy=truncate_oldest");
  }

  @Test
  void theOpeningGoesLastFromTheMiddle() {
    String body = chat("'max_tokens':10,", said("user", "first"), said("assistant", "one"), said("user", WORDS), said("assistant", "two"), said("user", "three?"));
    ContextVerdict verdict = judge(body, 100, terms(Strategy.TRUNCATE_MIDDLE, OutputPolicy.REFUSE, OptionalLong.empty(), 0));
    assertThat(after(body, verdict)).isEqualTo(chat("'max_tokens':10,", said("user", "first"), said("assistant", "one"), said("user", "three?")));
  }

  @Test
  void exchangesWithToolsGoBeforeTheQuestionTheyAnswer() {
    String call = "{'role':'assistant','tool_calls':[{'id':'%s','function':{'name':'f','arguments':'{}'}}]}";
    String result = "{'role':'tool','tool_call_id':'%s','content':'" + WORDS + "'}";
    String body = chat("'max_tokens':10,", said("user", "look"), call.formatted("a"), result.formatted("a"), call.formatted("b"), result.formatted("b"));
    ContextVerdict verdict = judge(body, 300, terms(Strategy.TRUNCATE_OLDEST, OutputPolicy.REFUSE, OptionalLong.empty(), 0));
    assertThat(after(body, verdict)).isEqualTo(chat("'max_tokens':10,", said("user", "look"), call.formatted("b"), result.formatted("b")));
  }

  @Test
  void whatIsPinnedIsNeverCut() {
    String body = chat("'max_tokens':10,", said("system", WORDS), said("user", "hello"), said("assistant", "hi"), said("user", WORDS));
    assertThat(judge(body, 400, terms(Strategy.TRUNCATE_OLDEST, OutputPolicy.REFUSE, OptionalLong.empty(), 0))).isEqualTo(new ContextVerdict.Beyond(400, 411, 10));
  }

  /** A text that looks like an image to some is a text to others: it must not pass as one. */
  @Test
  void aDataUrlAmongWordsCountsAsText() {
    String body = chat("'max_tokens':10,", said("user", "data:image/png;base64," + "Ab9x".repeat(2_000)));
    assertThat(judge(body, 2_000, terms(Strategy.REJECT, OutputPolicy.REFUSE, OptionalLong.empty(), 0))).isInstanceOf(ContextVerdict.Beyond.class);
  }

  @Test
  void theFirstRuleThatFitsCounts() {
    ContextTerms usual = terms(Strategy.REJECT, OutputPolicy.REFUSE, OptionalLong.empty(), 0);
    ContextTerms low = terms(Strategy.TRUNCATE_OLDEST, OutputPolicy.CLAMP, OptionalLong.empty(), 0);
    ContextTerms all = terms(Strategy.TRUNCATE_MIDDLE, OutputPolicy.CLAMP, OptionalLong.empty(), 0);
    ContextPolicy policy = new ContextPolicy(List.of(new ContextPolicy.Rule("gpt-4*", Set.of(3, 4), low), new ContextPolicy.Rule("gpt-4o", Set.of(), all)), usual);
    assertThat(policy.terms("gpt-4o", "gpt-4o", 4)).isSameAs(low);
    assertThat(policy.terms("gpt-4o", "gpt-4o", 0)).isSameAs(all);
    assertThat(policy.terms("alias", "gpt-4o", 0)).isSameAs(all);
    assertThat(policy.terms("gpt-4.1", "gpt-4.1", 0)).isSameAs(usual);
  }
}
