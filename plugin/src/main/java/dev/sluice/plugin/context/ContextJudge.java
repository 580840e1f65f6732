// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.context;

import dev.sluice.plugin.dialect.BodyEdit;
import dev.sluice.plugin.dialect.BodyRewriter;
import dev.sluice.plugin.dialect.Conversation;
import dev.sluice.plugin.dialect.Dialect;
import dev.sluice.plugin.dialect.PromptReader;
import dev.sluice.plugin.dialect.PromptShape;
import dev.sluice.plugin.dialect.ReadResult;
import dev.sluice.plugin.protocol.Bytes;
import dev.sluice.scheduler.Ticker;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/**
 * Decides whether requests fit, and cuts those that may be cut. Thread-safe.
 *
 * <p>What fits after a cut fits when it is judged again, unchanged: a prompt's count is the sum of its messages' and of the rest.
 */
final class ContextJudge {
  /**
   * A request to judge. Immutable.
   *
   * @param limit tokens of prompt and answer, what the terms say included
   */
  record Question(Dialect dialect, Bytes content, ReadResult.Read read, long limit, ContextTerms terms) {
    byte[] body() {
      return content.array();
    }

    PromptShape shape() {
      return read.shape();
    }
  }

  private final PromptReader reader;
  private final BodyRewriter rewriter;
  private final Tokenizers tokenizers;
  private final Ticker ticker;
  private final long budgetNanos;

  /** A judge that counts no longer than {@code budgetNanos} for one request. */
  ContextJudge(PromptReader reader, BodyRewriter rewriter, Tokenizers tokenizers, Ticker ticker, long budgetNanos) {
    this.reader = reader;
    this.rewriter = rewriter;
    this.tokenizers = tokenizers;
    this.ticker = ticker;
    this.budgetNanos = budgetNanos;
  }

  /** A verdict that needs no count; empty if there must be one. Takes microseconds, or one pass over the body where a limit is lowered. */
  Optional<ContextVerdict> atOnce(Question question) {
    OptionalLong asked = question.shape().answerTokens();
    OptionalLong most = question.terms().maxOutput();
    boolean tooLong = asked.isPresent() && most.isPresent() && asked.getAsLong() > most.getAsLong();
    if (tooLong && question.terms().output() == OutputPolicy.REFUSE) {
      return Optional.of(new ContextVerdict.OutputTooLong(most.getAsLong()));
    }
    long output = output(question);
    if (question.terms().counting().raised(question.read().mostPromptTokens()) + output > question.limit()) {
      return Optional.empty();
    }
    return Optional.of(fits(question, question.shape(), List.of(), tooLong ? most : OptionalLong.empty(), new ArrayList<>()));
  }

  /** The answer's tokens as wanted: the caller's limit, at most the model's; what is kept where there is none. */
  private static long output(Question question) {
    if (!question.dialect().generates()) {
      return 0;
    }
    long wanted = question.shape().answerTokens().orElse(question.terms().reserve());
    return Math.min(wanted, question.terms().maxOutput().orElse(Long.MAX_VALUE));
  }

  /** Counts, and cuts if need be. Blocks for as long as that takes. */
  ContextVerdict judge(Question question, String model) {
    ContextTerms.Counting counting = question.terms().counting();
    Tokenizer tokenizer = tokenizers.get(counting.vocabulary().of(model));
    BoundedCount count = new BoundedCount(tokenizer, ticker, ticker.read() + budgetNanos);
    long output = output(question);
    boolean mayClamp = question.terms().output() == OutputPolicy.CLAMP;
    long leastOutput = mayClamp ? Math.min(output, question.terms().reserve()) : output;
    long room = counting.lowered(question.limit() - leastOutput);
    long counted = room < 0 ? 0 : reader.count(question.dialect(), question.body(), count.upTo(room));
    if (room >= 0 && !count.exceeded() && counted <= room) {
      return clamped(question, question.shape().countedAs(counting.raised(counted)), List.of(), output, new ArrayList<>());
    }
    long prompt = count.exceeded() || room < 0 ? Math.max(question.shape().promptTokens(), room + 1) : counting.raised(counted);
    ContextVerdict.Beyond beyond = new ContextVerdict.Beyond(question.limit(), prompt, leastOutput);
    return switch (question.terms().strategy()) {
      case REJECT, CUSTOM -> beyond;
      case TRUNCATE_OLDEST -> cut(question, new Cutting(Conversation.Order.OLDEST_FIRST, count, room, output), beyond);
      case TRUNCATE_MIDDLE -> cut(question, new Cutting(Conversation.Order.MIDDLE_FIRST, count, room, output), beyond);
    };
  }

  /** How to cut: to {@code room} counted tokens. */
  private record Cutting(Conversation.Order order, BoundedCount count, long room, long output) {}

  private ContextVerdict cut(Question question, Cutting cutting, ContextVerdict.Beyond beyond) {
    Conversation conversation = reader.conversation(question.dialect(), question.body());
    List<BitSet> parts = conversation.parts(cutting.order());
    if (parts.isEmpty() || cutting.room() < 0) {
      return beyond;
    }
    ContextTerms.Counting counting = question.terms().counting();
    long kept = countPinned(question, conversation, cutting.count().upTo(cutting.room()));
    if (kept > cutting.room()) {
      return new ContextVerdict.Beyond(beyond.limit(), counting.raised(kept), beyond.output());
    }
    int first = parts.size();
    while (first > 0) {
      long more = countMessages(question, conversation, parts.get(first - 1), cutting.count().upTo(cutting.room() - kept));
      if (more > cutting.room() - kept) {
        break;
      }
      kept += more;
      first--;
    }
    BitSet gone = new BitSet();
    parts.subList(0, first).forEach(gone::or);
    // What callers are told in x-sluice-truncated.
    String told =
        "messages=%d; of=%d; prompt_tokens=%d; strategy=%s"
            .formatted(gone.cardinality(), conversation.size(), counting.raised(kept), question.terms().strategy().name().toLowerCase(Locale.ROOT));
    List<String> cut = new ArrayList<>(List.of(told));
    return clamped(question, question.shape().countedAs(counting.raised(kept)), conversation.without(gone), cutting.output(), cut);
  }

  /** The tokens of the messages that stay in any case and of everything that is no message. */
  private long countPinned(Question question, Conversation conversation, BoundedCount count) {
    BodyEdit.Splice all = new BodyEdit.Splice(conversation.from(0), conversation.to(conversation.size() - 1), "");
    byte[] rest = new BodyEdit(question.body().length, List.of(all)).apply(question.body());
    long tokens = reader.count(question.dialect(), rest, count);
    BitSet pinned = new BitSet();
    IntStream.range(0, conversation.size()).filter(conversation::isPinned).forEach(pinned::set);
    return tokens + countMessages(question, conversation, pinned, count);
  }

  private long countMessages(Question question, Conversation conversation, BitSet messages, BoundedCount count) {
    return messages.stream().mapToLong(i -> reader.countMessage(question.body(), conversation.from(i), conversation.to(i), count)).sum();
  }

  /** A prompt that fits, with the caller's limit on the output lowered to what is left where it must be. */
  private ContextVerdict clamped(Question question, PromptShape shape, List<BodyEdit.Splice> splices, long output, List<String> cut) {
    OptionalLong asked = question.shape().answerTokens();
    long left = Math.min(output, question.limit() - shape.promptTokens());
    boolean lower = asked.isPresent() && question.dialect().generates() && asked.getAsLong() > left;
    return fits(question, shape, splices, lower ? OptionalLong.of(left) : OptionalLong.empty(), cut);
  }

  private ContextVerdict fits(Question question, PromptShape shape, List<BodyEdit.Splice> splices, OptionalLong lowered, List<String> cut) {
    BodyEdit edit = BodyEdit.none(question.body()).with(splices);
    PromptShape after = shape;
    if (lowered.isPresent()) {
      edit = edit.with(rewriter.withOutputLimit(question.body(), lowered.getAsLong()));
      after = shape.limitedTo(lowered.getAsLong());
      cut.add("max_tokens=%d".formatted(lowered.getAsLong()));
    }
    return new ContextVerdict.Fits(after, edit, cut.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", cut)));
  }
}
