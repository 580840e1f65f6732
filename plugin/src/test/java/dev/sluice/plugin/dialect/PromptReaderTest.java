// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PromptReaderTest {
  private static final PromptReader READER = new PromptReader(ReadLimits.DEFAULT);

  @Test
  void readsAChat() {
    PromptShape shape =
        shape(
            Dialect.OPENAI_CHAT,
            """
            {"model":"gpt-4o","stream":true,"stream_options":{"include_usage":true},"max_tokens":1,"max_completion_tokens":5000,
             "n":2,"service_tier":"flex","tools":[{"type":"function","function":{"name":"f"}}],
             "messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hello there"}]}""");
    assertThat(shape.model()).isEqualTo("gpt-4o");
    assertThat(shape.stream()).isTrue();
    assertThat(shape.usageRequested()).isTrue();
    assertThat(shape.maxOutputTokens()).isEqualTo(OptionalLong.of(10_000));
    assertThat(shape.choices()).isEqualTo(2);
    assertThat(shape.messages()).isEqualTo(2);
    assertThat(shape.serviceTier()).isEqualTo(Optional.of("flex"));
    assertThat(shape.tools()).isTrue();
    assertThat(shape.promptTokens()).isBetween(24L, 32L);
  }

  @Test
  void whatIsNotSaidHasItsDefault() {
    PromptShape shape =
        shape(
            Dialect.OPENAI_CHAT,
            "{\"model\":\"m\",\"stream\":null,\"max_tokens\":null,\"n\":null,\"service_tier\":null,\"stream_options\":null,"
                + "\"tools\":null,\"messages\":[]}");
    assertThat(shape)
        .isEqualTo(new PromptShape("m", false, false, 3, OptionalLong.empty(), 1, 0, Optional.empty(), false, false));
    assertThat(shape(Dialect.OPENAI_CHAT, "{\"model\":\"m\",\"tools\":[]}").tools()).isFalse();
  }

  @Test
  void aBatchOfPromptsMultipliesTheAnswers() {
    PromptShape batch =
        shape(
            Dialect.OPENAI_COMPLETIONS,
            "{\"model\":\"m\",\"prompt\":[\"one\",\"two\",\"three\"],\"max_tokens\":10,\"n\":2,\"best_of\":4}");
    assertThat(batch.choices()).isEqualTo(12);
    assertThat(batch.messages()).isEqualTo(3);
    assertThat(batch.maxOutputTokens()).isEqualTo(OptionalLong.of(120));
    assertThat(shape(Dialect.OPENAI_COMPLETIONS, "{\"model\":\"m\",\"prompt\":[[1,2],[3]]}").choices()).isEqualTo(2);
    assertThat(shape(Dialect.OPENAI_COMPLETIONS, "{\"model\":\"m\",\"prompt\":[1,2,3]}").choices()).isEqualTo(1);
  }

  @Test
  void tokenIdsAreCountedExactly() {
    PromptShape flat = shape(Dialect.OPENAI_EMBEDDINGS, "{\"model\":\"m\",\"input\":[11,22,33]}");
    assertThat(flat.promptTokens()).isEqualTo(3);
    assertThat(flat.messages()).isEqualTo(1);
    PromptShape nested = shape(Dialect.OPENAI_EMBEDDINGS, "{\"model\":\"m\",\"input\":[[11,22],[33,44]]}");
    assertThat(nested.promptTokens()).isEqualTo(4);
    assertThat(nested.messages()).isEqualTo(2);
    assertThat(nested.maxOutputTokens()).isEqualTo(OptionalLong.of(0));
  }

  @Test
  void hugeAnswersSaturate() {
    PromptShape shape =
        shape(Dialect.OPENAI_CHAT, "{\"model\":\"m\",\"messages\":[],\"max_tokens\":1000000000,\"n\":16384}");
    assertThat(shape.maxOutputTokens()).isEqualTo(OptionalLong.of(1L << 40));
  }

  /** Every place a dialect has for text: a long text there counts about its length. */
  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '\0', value = {
    "OPENAI_CHAT | {'model':'m','messages':[{'role':'user','content':'TEXT'}]}",
    "OPENAI_CHAT | {'messages':[{'content':'TEXT','role':'user'}],'model':'m'}",
    "OPENAI_CHAT | {'model':'m','messages':[{'role':'user','content':[{'type':'text','text':'TEXT'}]}]}",
    "OPENAI_CHAT | {'model':'m','messages':[{'role':'assistant','tool_calls':[{'id':'c','function':{'name':'f','arguments':'TEXT'}}]}]}",
    "OPENAI_CHAT | {'model':'m','messages':[],'tools':[{'type':'function','function':{'name':'f','parameters':{'type':'object','description':'TEXT'}}}]}",
    "OPENAI_CHAT | {'model':'m','messages':[],'functions':[{'name':'TEXT'}]}",
    "OPENAI_CHAT | {'model':'m','messages':[],'response_format':{'json_schema':{'TEXT':1}}}",
    "OPENAI_COMPLETIONS | {'model':'m','prompt':'TEXT'}",
    "OPENAI_COMPLETIONS | {'model':'m','prompt':['TEXT']}",
    "OPENAI_RESPONSES | {'model':'m','input':'TEXT'}",
    "OPENAI_RESPONSES | {'model':'m','input':[{'role':'user','content':[{'type':'input_text','text':'TEXT'}]}]}",
    "OPENAI_RESPONSES | {'model':'m','input':[{'type':'function_call_output','call_id':'c','output':'TEXT'}]}",
    "OPENAI_RESPONSES | {'model':'m','input':'','instructions':'TEXT'}",
    "OPENAI_RESPONSES | {'model':'m','prompt':{'id':'p','variables':{'v':'TEXT'}}}",
    "OPENAI_EMBEDDINGS | {'model':'m','input':'TEXT'}",
    "OPENAI_EMBEDDINGS | {'model':'m','input':['TEXT','x']}",
    "ANTHROPIC_MESSAGES | {'model':'m','messages':[],'system':'TEXT'}",
    "ANTHROPIC_MESSAGES | {'model':'m','messages':[],'system':[{'type':'text','text':'TEXT','cache_control':{'type':'ephemeral'}}]}",
    "ANTHROPIC_MESSAGES | {'model':'m','messages':[{'role':'user','content':[{'type':'tool_result','tool_use_id':'t','content':[{'type':'text','text':'TEXT'}]}]}]}",
    "ANTHROPIC_MESSAGES | {'model':'m','messages':[{'role':'assistant','content':[{'type':'thinking','thinking':'TEXT','signature':'s'}]}]}",
    "ANTHROPIC_MESSAGES | {'model':'m','messages':[{'role':'assistant','content':[{'type':'tool_use','id':'i','name':'n','input':{'a':['TEXT']}}]}]}",
    "ANTHROPIC_MESSAGES | {'model':'m','messages':[{'role':'assistant','content':[{'type':'tool_use','input':{'TEXT':1}}]}]}",
    "ANTHROPIC_MESSAGES | {'model':'m','messages':[{'role':'user','content':[{'type':'document','source':{'type':'text','data':'TEXT'}}]}]}",
    "ANTHROPIC_MESSAGES | {'model':'m','messages':[{'role':'user','content':[{'type':'document','source':{'data':'TEXT','type':'text'}}]}]}",
    "ANTHROPIC_MESSAGES | {'model':'m','messages':[],'tools':[{'name':'n','input_schema':{'TEXT':{'type':'string'}}}]}",
  })
  void textCountsWhereverItStands(Dialect dialect, String body) {
    String text = "plain words of prose ".repeat(250).strip();
    assertThat(shape(dialect, body.replace('\'', '"').replace("TEXT", text)).promptTokens()).isBetween(950L, 1_050L);
  }

  /** Every place for an image, audio or file: the payload doesn't count as text, the part has its fixed cost, once. */
  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '\0', value = {
    "OPENAI_CHAT | {'model':'m','messages':[{'role':'user','content':[{'type':'image_url','image_url':{'url':'data:image/png;base64,DATA'}}]}]}",
    "OPENAI_CHAT | {'model':'m','messages':[{'role':'user','content':[{'type':'image_url','image_url':{'url':'https://x.test/i.png'}}]}]}",
    "OPENAI_CHAT | {'model':'m','messages':[{'role':'user','content':[{'type':'input_audio','input_audio':{'data':'DATA','format':'wav'}}]}]}",
    "OPENAI_CHAT | {'model':'m','messages':[{'role':'user','content':[{'type':'file','file':{'file_data':'DATA','filename':'f'}}]}]}",
    "OPENAI_CHAT | {'model':'m','messages':[{'role':'user','content':'data:image/png;base64,DATA'}]}",
    "OPENAI_RESPONSES | {'model':'m','input':[{'role':'user','content':[{'type':'input_image','image_url':'data:image/png;base64,DATA'}]}]}",
    "OPENAI_RESPONSES | {'model':'m','input':[{'role':'user','content':[{'type':'input_file','file_data':'DATA','filename':'f'}]}]}",
    "ANTHROPIC_MESSAGES | {'model':'m','messages':[{'role':'user','content':[{'type':'image','source':{'type':'base64','media_type':'image/png','data':'DATA'}}]}]}",
    "ANTHROPIC_MESSAGES | {'model':'m','messages':[{'role':'user','content':[{'type':'document','source':{'data':'DATA','type':'base64'}}]}]}",
    "ANTHROPIC_MESSAGES | {'model':'m','messages':[{'role':'user','content':[{'type':'image','source':{'type':'url','url':'https://x.test'}}]}]}",
  })
  void mediaHasAFixedCost(Dialect dialect, String body) {
    String sent = body.replace('\'', '"').replace("DATA", "iVBORw0KGgo9Qz7".repeat(3_000));
    assertThat(shape(dialect, sent).promptTokens()).isBetween(1_000L, 1_010L);
  }

  @Test
  void theFixedCostIsConfigured() {
    PromptReader free = new PromptReader(new ReadLimits(512, 1_000, 0));
    String body = "{\"model\":\"m\",\"messages\":[{\"content\":[{\"image_url\":{\"url\":\"https://x\"}}]}]}";
    assertThat(((ReadResult.Read) free.read(Dialect.OPENAI_CHAT, utf8(body))).shape().promptTokens()).isEqualTo(7);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '\0', value = {
    "{'messages':[]} | model | missing",
    "{'model':null} | model | missing",
    "{'model':'  '} | model | missing",
    "{'model':5} | model | must be a string",
    "{'model':['m']} | model | must be a string",
    "{'model':'a\\u000d\\u000ax-evil: 1'} | model | printable",
    "{'model':'a\\u0000'} | model | printable",
    "{'model':'a\\ud800'} | model | printable",
    "{'model':'a\\u2028b'} | model | printable",
    "{'model':'m','model':'m'} | model | more than once",
    "{'model':'m','mod\\u0065l':'n'} | model | more than once",
    "{'model':'m','MODEL':'n'} | model | lower case",
    "{'model':'m','ma\\u0078_to\\u212aens':7} | max_tokens | lower case",
    "{'Stream':true,'model':'m'} | stream | lower case",
    "{'model':'m','max_tokens':1,'max_tokens':9} | max_tokens | more than once",
    "{'model':'m','max_completion_tokens':1,'max_completion_tokens':9} | max_completion_tokens | more than once",
    "{'model':'m','stream':true,'stream':false} | stream | more than once",
    "{'model':'m','messages':[],'messages':[]} | messages | more than once",
    "{'model':'m','stream_options':{'include_usage':true,'include_usage':false}} | stream_options.include_usage | more than once",
    "{'model':'m','stream_options':{'include_usage':1}} | stream_options.include_usage | true or false",
    "{'model':'m','stream_options':[]} | stream_options | an object",
    "{'model':'m','stream':'true'} | stream | true or false",
    "{'model':'m','stream':1} | stream | true or false",
    "{'model':'m','max_tokens':'5'} | max_tokens | whole number",
    "{'model':'m','max_tokens':-1} | max_tokens | from 0 to 1000000000",
    "{'model':'m','max_tokens':1.5} | max_tokens | whole number",
    "{'model':'m','max_tokens':1e3} | max_tokens | whole number",
    "{'model':'m','max_tokens':1000000001} | max_tokens | whole number",
    "{'model':'m','max_output_tokens':99999999999999999999999} | max_output_tokens | whole number",
    "{'model':'m','max_tokens_to_sample':[1]} | max_tokens_to_sample | whole number",
    "{'model':'m','max_tokens':NaN} | '' | not valid JSON",
    "{'model':'m','max_tokens':Infinity} | '' | not valid JSON",
    "{'model':'m','n':0} | n | from 1 to 16384",
    "{'model':'m','best_of':99999} | best_of | from 1 to 16384",
    "{'model':'m','service_tier':7} | service_tier | a string",
    "{'model':'m','messages':{}} | messages | an array",
    "{'model':'m','messages':'hi'} | messages | an array",
    "{'model':'m','tools':{}} | tools | an array",
    "{'model':'m','prompt':7} | prompt | a string or an array",
    "[] | '' | not a JSON object",
    "'hi' | '' | not a JSON object",
    "7 | '' | not a JSON object",
    "null | '' | not a JSON object",
    "{'model':'m'} {} | '' | more than one JSON value",
    "{'model':'m'} x | '' | not valid JSON",
    "{'model':'m' | '' | not valid JSON",
    "{'model':'m',} | '' | not valid JSON",
    "{model:'m'} | '' | not valid JSON",
    "{'model':'m'/**/} | '' | not valid JSON",
    "{'a':'\\x'} | '' | not valid JSON",
    "'' | '' | empty",
  })
  void refusesWithAMessageThatSaysWhat(String body, String param, String says) {
    ReadResult.Refused refused = refused(body.equals("''") ? "" : body.replace('\'', '"'));
    assertThat(refused.message()).contains(says).endsWith(".");
    assertThat(refused.param()).isEqualTo(param.equals("''") ? "" : param);
    boolean ambiguous = says.equals("more than once") || says.equals("lower case") || says.equals("more than one JSON value");
    assertThat(refused.problem()).isEqualTo(ambiguous ? ReadResult.Problem.AMBIGUOUS : ReadResult.Problem.MALFORMED);
  }

  @ParameterizedTest
  @ValueSource(ints = {256, 257, 20_000, 2_000_000})
  void modelNamesAreBounded(int chars) {
    ReadResult result = READER.read(Dialect.OPENAI_CHAT, utf8("{\"model\":\"" + "m".repeat(chars) + "\"}"));
    if (chars <= 256) {
      assertThat(result).isInstanceOf(ReadResult.Read.class);
    } else {
      assertThat(result).isInstanceOfSatisfying(ReadResult.Refused.class, r -> assertThat(r.param()).isEqualTo("model"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"})
  void otherEncodingsAreRefused(String charset) {
    byte[] body = "{\"model\":\"m\"}".getBytes(Charset.forName(charset));
    assertThat(READER.read(Dialect.OPENAI_CHAT, body))
        .isInstanceOfSatisfying(ReadResult.Refused.class, r -> assertThat(r.message()).contains("UTF-8"));
  }

  @Test
  void aByteOrderMarkIsRefused() {
    assertThat(refused("\ufeff{\"model\":\"m\"}").message()).contains("byte order mark");
  }

  @Test
  void compressedBodiesAreRefused() {
    byte[] gzip = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0};
    assertThat(READER.read(Dialect.OPENAI_CHAT, gzip))
        .isInstanceOfSatisfying(ReadResult.Refused.class, r -> assertThat(r.message()).contains("compressed"));
  }

  @Test
  void otherKeysMayHaveAnyCase() {
    assertThat(shape(Dialect.OPENAI_CHAT, "{\"model\":\"m\",\"Metadata\":{\"MODEL\":1},\"Ω\":2}").model()).isEqualTo("m");
  }

  @Test
  void refusalsNeverHoldWhatWasSent() {
    for (String body : new String[] {"{\"model\":sesame", "{\"model\":\"sesame\u0001\"}", "{\"sesame\":tru}", "sesame"}) {
      ReadResult.Refused refused = refused(body);
      assertThat(refused.toString()).doesNotContain("sesame").doesNotContain("tru}");
    }
  }

  @Test
  void opaqueBodiesHaveNoShape() {
    assertThatThrownBy(() -> READER.read(Dialect.OPAQUE, utf8("{}"))).isInstanceOf(IllegalArgumentException.class);
  }

  private static PromptShape shape(Dialect dialect, String body) {
    ReadResult result = READER.read(dialect, utf8(body));
    assertThat(result).isInstanceOf(ReadResult.Read.class);
    return ((ReadResult.Read) result).shape();
  }

  private static ReadResult.Refused refused(String body) {
    ReadResult result = READER.read(Dialect.OPENAI_CHAT, utf8(body));
    assertThat(result).isInstanceOf(ReadResult.Refused.class);
    return (ReadResult.Refused) result;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
