// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.plugin.dialect.Dialect;
import dev.sluice.scheduler.TokenCost;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UsageReaderTest {
  private static final String SSE = "text/event-stream; charset=utf-8";

  private static final String CHAT_STREAM =
      """
      data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""}}],"usage":null}

      data: {"choices":[{"index":0,"delta":{"content":"é人"}}],"usage":null}

      data: {"choices":[{"index":0,"delta":{"content":"b"}}],"usage":null}

      data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}

      data: {"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":20,"total_tokens":30}}

      data: [DONE]

      """;

  private static final String ANTHROPIC_STREAM =
      """
      event: message_start
      data: {"type":"message_start","message":{"id":"m","usage":{"input_tokens":25,"cache_creation_input_tokens":100,"cache_read_input_tokens":1000,"output_tokens":1}}}

      event: content_block_delta
      data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello"}}

      event: ping
      data: {"type":"ping"}

      event: message_delta
      data: {"type":"message_delta","delta":{"stop_reason":null},"usage":{"output_tokens":7}}

      event: message_delta
      data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":15}}

      event: message_stop
      data: {"type":"message_stop"}

      """;

  private static final String RESPONSES_STREAM =
      """
      event: response.created
      data: {"type":"response.created","response":{"id":"r","usage":null}}

      event: response.output_text.delta
      data: {"type":"response.output_text.delta","delta":"Hi"}

      event: response.completed
      data: {"type":"response.completed","response":{"id":"r","usage":{"input_tokens":9,"input_tokens_details":{"cached_tokens":4},"output_tokens":5,"output_tokens_details":{"reasoning_tokens":2},"total_tokens":14}}}

      """;

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '\0', value = {
    "OPENAI_CHAT | {'choices':[{'usage':{'prompt_tokens':9}}],'usage':{'prompt_tokens':10,'completion_tokens':20,'total_tokens':30}} | 10 | 20",
    "OPENAI_CHAT | {'usage':{'prompt_tokens':10,'completion_tokens':20,'prompt_tokens_details':{'cached_tokens':8},'completion_tokens_details':{'reasoning_tokens':3}}} | 10 | 20",
    "OPENAI_CHAT | {'usage':{'input_tokens':10,'output_tokens':2,'cache_read_input_tokens':9}} | 10 | 2",
    "OPENAI_COMPLETIONS | {'usage':{'prompt_tokens':5,'completion_tokens':0,'total_tokens':5}} | 5 | 0",
    "OPENAI_RESPONSES | {'usage':{'input_tokens':9,'input_tokens_details':{'cached_tokens':4},'output_tokens':5,'total_tokens':14}} | 9 | 5",
    "OPENAI_EMBEDDINGS | {'data':[{'embedding':[0.1,0.2]}],'usage':{'prompt_tokens':8,'total_tokens':8}} | 8 | 0",
    "OPENAI_CHAT | {'usage':{'prompt_tokens':8,'total_tokens':11}} | 8 | 3",
    "ANTHROPIC_MESSAGES | {'type':'message','usage':{'input_tokens':25,'cache_creation_input_tokens':100,'cache_read_input_tokens':1000,'cache_creation':{'ephemeral_5m_input_tokens':100},'output_tokens':15}} | 1125 | 15",
    "ANTHROPIC_MESSAGES | {'usage':{'input_tokens':25,'cache_creation_input_tokens':null,'output_tokens':15}} | 25 | 15",
  })
  void unstreamedAnswers(Dialect dialect, String body, long input, long output) {
    assertThat(counted(UsageReader.read("application/json", body.replace('\'', '"'), dialect))).isEqualTo(reported(input, output));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n", "\r"})
  void streamsWithAnyLineEnd(String lineEnd) {
    assertThat(UsageReader.read(SSE, CHAT_STREAM.replace("\n", lineEnd), Dialect.OPENAI_CHAT)).isEqualTo(reported(10, 20));
    assertThat(counted(UsageReader.read(SSE, ANTHROPIC_STREAM.replace("\n", lineEnd), Dialect.ANTHROPIC_MESSAGES)))
        .isEqualTo(reported(1_125, 15));
    assertThat(counted(UsageReader.read(SSE, RESPONSES_STREAM.replace("\n", lineEnd), Dialect.OPENAI_RESPONSES))).isEqualTo(reported(9, 5));
  }

  @Test
  void tokensFromTheCacheAreReadWhereEachApiPutsThem() {
    assertThat(UsageReader.read("application/json", "{\"usage\":{\"prompt_tokens\":90,\"prompt_tokens_details\":{\"audio_tokens\":0,\"cached_tokens\":64},\"completion_tokens\":5}}", Dialect.OPENAI_CHAT))
        .isEqualTo(new ReportedUsage.Reported(new TokenCost(90, 5), 64));
    assertThat(UsageReader.read("application/json", "{\"usage\":{\"input_tokens\":90,\"input_tokens_details\":{\"cached_tokens\":999},\"output_tokens\":5}}", Dialect.OPENAI_RESPONSES))
        .isEqualTo(new ReportedUsage.Reported(new TokenCost(90, 5), 90));
    assertThat(
            UsageReader.read(
                "application/json",
                "{\"usage\":{\"input_tokens\":10,\"cache_creation_input_tokens\":20,\"cache_read_input_tokens\":30,\"output_tokens\":5}}",
                Dialect.ANTHROPIC_MESSAGES))
        .isEqualTo(new ReportedUsage.Reported(new TokenCost(60, 5), 30));
  }

  @Test
  void aStreamWithoutUsageCountsItsContent() {
    String stream = CHAT_STREAM.replace("{\"prompt_tokens\":10,\"completion_tokens\":20,\"total_tokens\":30}", "null");
    assertThat(UsageReader.read(SSE, stream, Dialect.OPENAI_CHAT)).isEqualTo(partial(OptionalLong.empty(), 0, 2, true));
    assertThat(UsageReader.read(SSE, stream.replace("data: [DONE]\n\n", ""), Dialect.OPENAI_CHAT))
        .isEqualTo(partial(OptionalLong.empty(), 0, 2, false));
  }

  @Test
  void choicesMayBeNullOnTheUsageChunk() {
    String stream = CHAT_STREAM.replace("\"choices\":[],", "\"choices\":null,").replace("data: [DONE]\n\n", "");
    assertThat(UsageReader.read(SSE, stream, Dialect.OPENAI_CHAT)).isEqualTo(reported(10, 20));
  }

  @Test
  void usageOnEveryChunkIsFinalOnlyAtTheEnd() {
    String chunk = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":%d}}\n\n";
    String running = chunk.formatted(1) + chunk.formatted(2);
    assertThat(UsageReader.read(SSE, running, Dialect.OPENAI_CHAT)).isEqualTo(partial(OptionalLong.of(3), 2, 2, false));
    assertThat(UsageReader.read(SSE, running + "data: [DONE]\n\n", Dialect.OPENAI_CHAT)).isEqualTo(reported(3, 2));
  }

  @Test
  void completionsAndToolCallsAreContent() {
    String stream =
        """
        data: {"choices":[{"text":"a"},{"text":""}]}

        data: {"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"{"}}]}}]}

        data: {"choices":[{"delta":{"reasoning_content":"hm"}}]}

        """;
    assertThat(UsageReader.read(SSE, stream, Dialect.OPENAI_CHAT)).isEqualTo(partial(OptionalLong.empty(), 0, 3, false));
  }

  @Test
  void commentsAndOddLinesAndSplitDataAreTolerated() {
    String stream =
        """
        : keep-alive
        retry: 100
        id: 7
        data
        database: {"usage":{"prompt_tokens":1,"completion_tokens":1}}
        nonsense

        data:{"choices":[],
        data: "usage":{"prompt_tokens":10,
        data:"completion_tokens":20}}

        data: not json

        event: error
        data: {"error":{"message":"overloaded"}}
        """;
    assertThat(UsageReader.read(SSE, stream, Dialect.OPENAI_CHAT)).isEqualTo(reported(10, 20));
    assertThat(UsageReader.read(SSE, stream.replace("\n", "\r\n"), Dialect.OPENAI_CHAT)).isEqualTo(reported(10, 20));
  }

  @Test
  void anAnthropicStreamCutShortKeepsItsInput() {
    int cut = ANTHROPIC_STREAM.indexOf("event: message_delta");
    assertThat(UsageReader.read(SSE, ANTHROPIC_STREAM.substring(0, cut), Dialect.ANTHROPIC_MESSAGES))
        .isEqualTo(partial(OptionalLong.of(1_125), 1, 1, false));
  }

  @Test
  void theLastCountStandsThoughTheEndMarkIsCutOff() {
    String cut = ANTHROPIC_STREAM.substring(0, ANTHROPIC_STREAM.indexOf("event: message_stop"));
    assertThat(counted(UsageReader.read(SSE, cut, Dialect.ANTHROPIC_MESSAGES))).isEqualTo(reported(1_125, 15));
    String noBlankLine = CHAT_STREAM.substring(0, CHAT_STREAM.indexOf("data: [DONE]")).strip();
    assertThat(UsageReader.read(SSE, noBlankLine, Dialect.OPENAI_CHAT)).isEqualTo(reported(10, 20));
  }

  /** A capture cut at any byte never yields a figure that wasn't in it, and never fails. */
  @Test
  void streamsCutAnywhere() {
    cutEverywhere(CHAT_STREAM, Dialect.OPENAI_CHAT, 10, 20, 20);
    cutEverywhere(ANTHROPIC_STREAM, Dialect.ANTHROPIC_MESSAGES, 1_125, 15, 7);
    cutEverywhere(RESPONSES_STREAM, Dialect.OPENAI_RESPONSES, 9, 5, 5);
  }

  private static void cutEverywhere(String stream, Dialect dialect, long input, long output, long outputBefore) {
    byte[] bytes = stream.getBytes(StandardCharsets.UTF_8);
    long lastDeltas = 0;
    for (int cut = 0; cut <= bytes.length; cut++) {
      ReportedUsage usage = UsageReader.read(SSE, Arrays.copyOf(bytes, cut), dialect);
      switch (usage) {
        case ReportedUsage.Reported found -> assertThat(found.cost()).isIn(cost(input, output), cost(input, outputBefore));
        case ReportedUsage.Partial found -> {
          assertThat(found.contentDeltas()).isGreaterThanOrEqualTo(lastDeltas);
          lastDeltas = found.contentDeltas();
          assertThat(found.inputTokens()).isIn(OptionalLong.empty(), OptionalLong.of(input));
        }
        case ReportedUsage.None none -> assertThat(lastDeltas).isZero();
      }
    }
    assertThat(counted(UsageReader.read(SSE, bytes, dialect))).isEqualTo(reported(input, output));
  }

  @Test
  void jsonCutAnywhere() {
    String body = "{\"choices\":[{\"message\":{\"content\":\"é\"}}],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":20}}";
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    for (int cut = 0; cut < bytes.length - 2; cut++) {
      assertThat(UsageReader.read("application/json", Arrays.copyOf(bytes, cut), Dialect.OPENAI_CHAT))
          .isEqualTo(new ReportedUsage.None());
    }
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '\0', value = {
    "application/json | ''",
    "application/json | {'error':{'message':'no'}}",
    "application/json | [1]",
    "application/json | 7",
    "text/html | <html>usage</html>",
    "image/png | PNG",
    "text/event-stream | data: [DONE]",
    "application/json | {'usage':{'prompt_tokens':-1,'completion_tokens':-5}}",
    "application/json | {'usage':{'prompt_tokens':99999999999999999999999,'completion_tokens':1}}",
    "application/json | {'usage':{'prompt_tokens':'10','completion_tokens':'x'}}",
    "application/json | {'usage':{'prompt_tokens':1.5,'completion_tokens':[]}}",
    "application/json | {'usage':null}",
    "application/json | {'usage':[{'prompt_tokens':1}]}",
  })
  void whatHasNoUsageIsNone(String contentType, String body) {
    String text = body.equals("''") ? "" : body.replace('\'', '"');
    assertThat(UsageReader.read(contentType, text, Dialect.OPENAI_CHAT)).isEqualTo(new ReportedUsage.None());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "text/plain", "application/octet-stream", "application/json"})
  void theBodyDecidesWhenTheTypeDoesNot(String contentType) {
    assertThat(UsageReader.read(contentType, "\n" + CHAT_STREAM, Dialect.OPENAI_CHAT)).isEqualTo(reported(10, 20));
    assertThat(
            UsageReader.read(contentType, " {\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}", Dialect.OPENAI_CHAT))
        .isEqualTo(reported(1, 2));
  }

  @Test
  void compressedAnswersAreNeverInflated() throws IOException {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
      gzip.write(CHAT_STREAM.getBytes(StandardCharsets.UTF_8));
    }
    for (String contentType : List.of(SSE, "application/json", "")) {
      assertThat(UsageReader.read(contentType, compressed.toByteArray(), Dialect.OPENAI_CHAT)).isEqualTo(new ReportedUsage.None());
    }
  }

  @Test
  void aJsonErrorInsteadOfAStreamIsNone() {
    assertThat(UsageReader.read(SSE, "{\"error\":{}}", Dialect.OPENAI_CHAT)).isEqualTo(new ReportedUsage.None());
  }

  @Test
  void deepAnswersAreNone() {
    String deep = "{\"usage\":".repeat(100_000);
    assertThat(UsageReader.read("application/json", deep, Dialect.OPENAI_CHAT)).isEqualTo(new ReportedUsage.None());
  }

  /** The count without what is said of a cache. */
  private static ReportedUsage counted(ReportedUsage usage) {
    return usage instanceof ReportedUsage.Reported reported ? new ReportedUsage.Reported(reported.cost()) : usage;
  }

  private static ReportedUsage reported(long input, long output) {
    return new ReportedUsage.Reported(cost(input, output));
  }

  private static ReportedUsage partial(OptionalLong input, long output, long deltas, boolean ended) {
    return new ReportedUsage.Partial(input, output, deltas, ended);
  }

  private static TokenCost cost(long input, long output) {
    return new TokenCost(input, output);
  }
}
