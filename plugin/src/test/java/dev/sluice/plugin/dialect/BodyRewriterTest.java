// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BodyRewriterTest {
  private static final BodyRewriter REWRITER = new BodyRewriter(ReadLimits.DEFAULT);

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '\0', value = {
    "{'model':'m'} | {'model':'NEW'}",
    "{ 'messages' : [ {'model':'m'} ] , 'model' :\t'm' , 'x':{'model':'m'}} | { 'messages' : [ {'model':'m'} ] , 'model' :\t'NEW' , 'x':{'model':'m'}}",
    "{'mod\\u0065l':'m\\'\\\\','z':1.0e5} | {'mod\\u0065l':'NEW','z':1.0e5}",
    "{'a':'é 人 😀 \\ud800','model':'m'} | {'a':'é 人 😀 \\ud800','model':'NEW'}",
  })
  void onlyTheModelChanges(String before, String after) {
    assertThat(text(REWRITER.withModel(utf8(before.replace('\'', '"')), "NEW"))).isEqualTo(after.replace('\'', '"'));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '\0', value = {
    "{'model':'m'} | {'stream_options':{'include_usage':true},'model':'m'}",
    "{'model':'m','stream_options':null,'n':1} | {'model':'m','stream_options':{'include_usage':true},'n':1}",
    "{'model':'m','stream_options':{}} | {'model':'m','stream_options':{'include_usage':true}}",
    "{'model':'m','stream_options':{'include_obfuscation':false}} | {'model':'m','stream_options':{'include_usage':true,'include_obfuscation':false}}",
    "{'model':'m','stream_options':{'a':{'include_usage':false},'include_usage' : false }} | {'model':'m','stream_options':{'a':{'include_usage':false},'include_usage' : true }}",
    "{'model':'m','stream_options':{'include_usage':null}} | {'model':'m','stream_options':{'include_usage':true}}",
    "{'stream_options':{'include_usage':true},'model':'m'} | {'stream_options':{'include_usage':true},'model':'m'}",
    "{'x':{'stream_options':null},'model':'m'} | {'stream_options':{'include_usage':true},'x':{'stream_options':null},'model':'m'}",
  })
  void onlyTheUsageOptionChanges(String before, String after) {
    assertThat(text(REWRITER.withUsageRequested(utf8(before.replace('\'', '"'))))).isEqualTo(after.replace('\'', '"'));
  }

  @Test
  void whiteSpaceAroundTheObjectStays() {
    assertThat(text(REWRITER.withUsageRequested(utf8(" \n{ \"model\":\"m\" }\n"))))
        .isEqualTo(" \n{\"stream_options\":{\"include_usage\":true}, \"model\":\"m\" }\n");
  }

  @Test
  void bothChangesInOnePass() {
    String body = "{\"stream_options\":{\"include_usage\":false},\"model\":\"m\",\"n\":1}";
    assertThat(text(REWRITER.withModelAndUsageRequested(utf8(body), "x")))
        .isEqualTo("{\"stream_options\":{\"include_usage\":true},\"model\":\"x\",\"n\":1}");
    assertThat(text(REWRITER.withModelAndUsageRequested(utf8("{\"model\":\"m\"}"), "x")))
        .isEqualTo("{\"stream_options\":{\"include_usage\":true},\"model\":\"x\"}");
  }

  @Test
  void theNewNameIsEscaped() {
    assertThat(text(REWRITER.withModel(utf8("{\"model\":\"m\"}"), "a\"b\\c\u0001é"))).isEqualTo("{\"model\":\"a\\\"b\\\\c\\u0001é\"}");
  }

  private static String text(byte[] utf8) {
    return new String(utf8, StandardCharsets.UTF_8);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
