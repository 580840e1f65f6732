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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Cuts many conversations to many sizes; {@code -Dconversations=10000} is what is promised, a part of it what every build takes the time for. */
class ConversationsCutTest {
  private static final int CONVERSATIONS = Integer.getInteger("conversations", 200);
  private static final long SEED = 20261128;
  private static final int OUTPUT = 100;
  private static final PromptReader READER = new PromptReader(ReadLimits.DEFAULT);
  private static final ContextJudge JUDGE =
      new ContextJudge(READER, new BodyRewriter(ReadLimits.DEFAULT), new Tokenizers(), () -> 0, 1_000_000_000);

  @ParameterizedTest
  @EnumSource(value = Dialect.class, names = {"OPENAI_CHAT", "ANTHROPIC_MESSAGES", "OPENAI_RESPONSES"})
  void everyCutIsSound(Dialect dialect) {
    SplittableRandom random = new SplittableRandom(SEED);
    RandomConversation conversations = new RandomConversation(dialect, SEED);
    int cut = 0;
    int beyond = 0;
    List<String> broken = new ArrayList<>();
    for (int i = 0; i < CONVERSATIONS; i++) {
      String body = conversations.body(OUTPUT);
      Strategy strategy = random.nextBoolean() ? Strategy.TRUNCATE_OLDEST : Strategy.TRUNCATE_MIDDLE;
      long whole = ((ContextVerdict.Fits) JUDGE.judge(question(dialect, body, Long.MAX_VALUE / 4, strategy), "m")).shape().promptTokens();
      long limit = OUTPUT + (long) (whole * (0.05 + 0.95 * random.nextDouble()));
      switch (JUDGE.judge(question(dialect, body, limit, strategy), "m")) {
        case ContextVerdict.Fits fits -> {
          String after = new String(fits.edit().apply(utf8(body)), StandardCharsets.UTF_8);
          List<String> faults = new CutRules(dialect, body, after).broken(limit - OUTPUT);
          faults.addAll(faultsOfFixedPoint(dialect, after, limit, strategy, fits));
          faults.forEach(fault -> broken.add(fault + "\n" + body + "\n" + after));
          cut += fits.cut().isPresent() ? 1 : 0;
        }
        case ContextVerdict.Beyond gone -> {
          beyond++;
          assertThat(gone.prompt() + gone.output()).isGreaterThan(limit);
        }
        case ContextVerdict.OutputTooLong output -> broken.add("no such bound");
      }
    }
    System.out.printf("%s: %d cut, %d beyond what is pinned, seed %d%n", dialect, cut, beyond, SEED);
    System.out.printf(
        "figure: of %d conversations cut unsoundly, %s | %d | = 0 | %s | ConversationsCutTest%n", CONVERSATIONS, dialect.name().toLowerCase(Locale.ROOT), broken.size(), broken.isEmpty() ? "pass" : "short");
    assertThat(broken.stream().limit(1)).isEmpty();
    assertThat(cut).isGreaterThan(CONVERSATIONS / 3);
    assertThat(beyond).isGreaterThan(CONVERSATIONS / 100);
  }

  /** What was cut is judged again as it is. */
  private static List<String> faultsOfFixedPoint(Dialect dialect, String after, long limit, Strategy strategy, ContextVerdict.Fits first) {
    ContextVerdict again = JUDGE.judge(question(dialect, after, limit, strategy), "m");
    boolean same = again instanceof ContextVerdict.Fits fits && fits.edit().isEmpty() && fits.cut().isEmpty() && fits.shape().promptTokens() == first.shape().promptTokens();
    return same ? List.of() : List.of("no fixed point: " + again);
  }

  private static ContextJudge.Question question(Dialect dialect, String body, long limit, Strategy strategy) {
    byte[] utf8 = utf8(body);
    ReadResult.Read read = (ReadResult.Read) READER.read(dialect, utf8);
    ContextTerms terms =
        new ContextTerms(OptionalLong.empty(), strategy, 50, OutputPolicy.REFUSE, OptionalLong.empty(), new ContextTerms.Counting(Vocabulary.O200K_BASE, 0));
    return new ContextJudge.Question(dialect, Bytes.of(utf8), read, limit, terms);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
