// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.usage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompletionEventsTest {
  @Test
  void aCapturedCompletion() {
    CompletionEvent event = Captures.event("json-completion");
    assertThat(event.lease()).isEqualTo("L1-9");
    assertThat(event.leases()).containsExactly("L1-9");
    assertThat(event.status()).isEqualTo(OptionalInt.of(200));
    assertThat(event.completed()).isTrue();
    assertThat(event.upstreamStatuses()).containsExactly(200);
    assertThat(event.upstreamAddr()).isEqualTo("127.0.0.1:19002");
    assertThat(event.timing())
        .isEqualTo(
            new CompletionEvent.Timing(OptionalLong.of(44_000_000), OptionalLong.of(1_000_000), OptionalLong.of(1_000_000)));
    assertThat(event.bodyBytesSent()).isEqualTo(251);
    assertThat(event.contentType()).isEqualTo("application/json");
    assertThat(event.body()).startsWith("{\"id\"").endsWith("}");
    assertThat(event.limits().retryAfterNanos(Instant.EPOCH)).isEmpty();
    assertThat(event.promptTokens()).isEmpty();
  }

  @Test
  void everyCaptureIsRead() {
    assertThat(Captures.event("upstream-429-retry-after").limits().retryAfterNanos(Instant.EPOCH)).hasValue(7_000_000_000L);
    CompletionEvent abort = Captures.event("client-abort-midstream");
    assertThat(abort.completed()).isFalse();
    assertThat(abort.bodyBytesSent()).isEqualTo(396);
    CompletionEvent queued = Captures.event("client-abort-while-queued-no-lease");
    assertThat(queued.leases()).isEmpty();
    assertThat(queued.upstreamAddr()).isEmpty();
    assertThat(queued.upstreamStatuses()).isEmpty();
    assertThat(queued.timing().upstreamHeaderNanos()).isEmpty();
    assertThat(Captures.event("rejected-by-runner-no-lease").leases()).isEmpty();
    assertThat(Captures.event("body-too-large-413-no-lease").status()).isEqualTo(OptionalInt.of(413));
  }

  @Test
  void severalAttempts() {
    CompletionEvent event =
        one(
            "{'lease':' a.1 , b.2,','status':'502','upstream_status':'502, 504 : 200','upstream_addr':'h:1, h:2 : h:3',"
                + "'upstream_header_time':'0.001, - : 0.25','upstream_response_time':'1, 2','retry_after':'3, 9',"
                + "'request_time':'-'}");
    assertThat(event.leases()).containsExactly("a.1", "b.2");
    assertThat(event.status()).isEqualTo(OptionalInt.of(502));
    assertThat(event.upstreamStatuses()).containsExactly(502, 504, 200);
    assertThat(event.timing())
        .isEqualTo(
            new CompletionEvent.Timing(OptionalLong.empty(), OptionalLong.of(250_000_000), OptionalLong.of(2_000_000_000)));
    assertThat(event.limits().retryAfterNanos(Instant.EPOCH)).hasValue(9_000_000_000L);
  }

  @ParameterizedTest
  @CsvSource({"'12','34'", "12,34"})
  void theGatewaysOwnCountsAreNumbersOrStrings(String prompt, String completion) {
    CompletionEvent quoted = one("{'llm_prompt_tokens':'" + prompt + "','llm_completion_tokens':'" + completion + "'}");
    CompletionEvent plain = one("{'llm_prompt_tokens':" + prompt + ",'llm_completion_tokens':" + completion + "}");
    for (CompletionEvent event : List.of(quoted, plain)) {
      assertThat(event.promptTokens()).isEqualTo(OptionalLong.of(12));
      assertThat(event.completionTokens()).isEqualTo(OptionalLong.of(34));
    }
  }

  @Test
  void whatIsAbsentOrOddIsEmpty() {
    CompletionEvent empty = one("{}");
    assertThat(empty.status()).isEmpty();
    assertThat(empty.completed()).isFalse();
    assertThat(empty.leases()).isEmpty();
    CompletionEvent odd =
        one(
            "{'status':{},'lease':['x'],'body_bytes_sent':'-','upstream_addr':'-','retry_after':{},"
                + "'request_time':'NaN','llm_prompt_tokens':'-4','body':null,'unknown':{'deep':[1]}}");
    assertThat(odd).isEqualTo(empty);
  }

  @Test
  void oneBadMemberCostsNoOther() {
    CompletionEvents events =
        CompletionEvents.parse(
            utf8(
                "[{'lease':'a'}, 7, {'lease':nope}, null, {'lease':'b','body':'],[ \\' }'}, {'x':1]}, ['c'], {'lease':'d'}]"));
    assertThat(events.events()).extracting(CompletionEvent::lease).containsExactly("a", "b", "d");
    assertThat(events.malformed()).isEqualTo(5);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '\0', value = {"[] | 0", "[ ] | 0", "x | 1", "[{'a':1} | 0", "{'a':1}{'b':2} | 1", "{'a' | 1"})
  void oddPosts(String body, int malformed) {
    assertThat(CompletionEvents.parse(utf8(body)).malformed()).isEqualTo(malformed);
  }

  @Test
  void bytesThatAreNotTextDoNotLoseTheEvent() {
    ByteArrayOutputStream post = new ByteArrayOutputStream();
    post.writeBytes(utf8("[{'lease':'a','body':'cut "));
    post.write(0xe4);
    post.write(0xba);
    post.writeBytes(utf8("'},{'lease':'b'}]"));
    assertThat(CompletionEvents.parse(post.toByteArray()).events())
        .extracting(CompletionEvent::lease)
        .containsExactly("a", "b");
  }

  @Test
  void theTextFormHoldsNoBodyAndNoLease() {
    assertThat(one("{'lease':'sesame','body':'sesame','content_type':'sesame'}").toString()).doesNotContain("sesame");
  }

  @Test
  void mutatedPostsNeverFail() {
    byte[] post = utf8("[" + String.join(",", Captures.texts()) + "]");
    long seed = 20261123;
    System.out.println("mutated posts, seed " + seed);
    Random random = new Random(seed);
    int read = 0;
    for (int round = 0; round < 5_000; round++) {
      byte[] mutated = post.clone();
      for (int i = random.nextInt(4); i >= 0; i--) {
        mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
      }
      read += CompletionEvents.parse(mutated).events().size();
    }
    assertThat(read).isGreaterThan(5_000 * 4);
  }

  private static CompletionEvent one(String json) {
    CompletionEvents events = CompletionEvents.parse(utf8(json));
    assertThat(events.malformed()).isZero();
    assertThat(events.events()).hasSize(1);
    return events.events().getFirst();
  }

  private static byte[] utf8(String json) {
    return json.replace("\\'", "\\\"").replace('\'', '"').getBytes(StandardCharsets.UTF_8);
  }
}
