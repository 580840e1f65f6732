// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.sluice.plugin.dialect.Family;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.json.JsonMapper;

class AnswersTest {
  private static final JsonMapper MAPPER = new JsonMapper();

  /** The table callers rely on. Retry: whether clients may retry on their own. */
  @ParameterizedTest
  @CsvSource({
    "MISSING_KEY, 401, invalid_request_error, invalid_api_key, authentication_error, false",
    "UNKNOWN_KEY, 401, invalid_request_error, invalid_api_key, authentication_error, false",
    "EXPIRED_KEY, 401, invalid_request_error, invalid_api_key, authentication_error, false",
    "ACCOUNT_SUSPENDED, 403, invalid_request_error, permission_denied, permission_error, false",
    "MODEL_NOT_ALLOWED, 403, invalid_request_error, permission_denied, permission_error, false",
    "MODEL_NOT_FOUND, 404, invalid_request_error, model_not_found, not_found_error, false",
    "MALFORMED_REQUEST, 400, invalid_request_error, invalid_request_error, invalid_request_error, false",
    "AMBIGUOUS_REQUEST, 400, invalid_request_error, invalid_request_error, invalid_request_error, false",
    "BODY_TOO_LARGE, 413, invalid_request_error, request_too_large, request_too_large, false",
    "CONTEXT_LENGTH_EXCEEDED, 400, invalid_request_error, context_length_exceeded, invalid_request_error, false",
    "REQUEST_UNSCHEDULABLE, 400, invalid_request_error, request_unschedulable, invalid_request_error, false",
    "QUOTA_EXCEEDED, 429, insufficient_quota, insufficient_quota, rate_limit_error, false",
    "KEY_RATE_EXCEEDED, 429, rate_limit_error, rate_limit_exceeded, rate_limit_error, true",
    "QUEUE_FULL, 429, rate_limit_error, rate_limit_exceeded, rate_limit_error, true",
    "WAIT_TOO_LONG, 429, rate_limit_error, rate_limit_exceeded, rate_limit_error, true",
    "WAIT_TIMEOUT, 429, rate_limit_error, rate_limit_exceeded, rate_limit_error, true",
    "DISPLACED, 429, rate_limit_error, rate_limit_exceeded, rate_limit_error, true",
    "NO_PROVIDER, 503, server_error, service_unavailable, overloaded_error, true",
    "STORES_DOWN, 503, server_error, service_unavailable, api_error, true",
    "DRAINING, 503, server_error, service_unavailable, overloaded_error, true",
    "MISCONFIGURED_ROUTE, 503, server_error, service_unavailable, api_error, false",
    "FILTER_FAILED, 503, server_error, service_unavailable, api_error, true",
    "FILTER_TIMEOUT, 503, server_error, service_unavailable, api_error, true",
    "CANCELLED, 499, invalid_request_error, request_cancelled, invalid_request_error, false",
  })
  void everyReasonHasItsAnswer(Reason reason, int status, String type, String code, String anthropicType, boolean retry) {
    Refusal refusal = new Refusal(reason, "Say \"why\"\n", "max_tokens");
    Answer openAi = Answers.render(refusal, Family.OPENAI, RetryAfter.unknown(), "req-1");
    assertThat(openAi.status()).isEqualTo(status);
    assertThat(json(openAi)).containsOnlyKeys("error");
    assertThat(error(openAi))
        .containsOnly(
            entry("message", "Say \"why\"\n"), entry("type", type), entry("param", "max_tokens"), entry("code", code));

    Answer anthropic = Answers.render(refusal, Family.ANTHROPIC, RetryAfter.unknown(), "req-1");
    assertThat(anthropic.status()).isEqualTo(status);
    assertThat(json(anthropic)).containsOnlyKeys("type", "error", "request_id");
    assertThat(json(anthropic)).containsEntry("type", "error").containsEntry("request_id", "req-1");
    assertThat(error(anthropic)).containsOnly(entry("type", anthropicType), entry("message", "Say \"why\"\n"));

    for (Answer answer : Arrays.asList(openAi, anthropic)) {
      Map<String, String> expected = new HashMap<>();
      expected.put("content-type", "application/json");
      expected.put("x-sluice-reason", reason.name().toLowerCase(Locale.ROOT));
      if (!retry) {
        expected.put("x-should-retry", "false");
      }
      assertThat(headers(answer)).containsExactlyInAnyOrderEntriesOf(expected);
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyReasonSaysWhatToDo(Reason reason) {
    assertThat(reason.defaultMessage()).endsWith(".").hasSizeGreaterThan(20);
    assertThat(Refusal.of(reason)).isEqualTo(new Refusal(reason, reason.defaultMessage(), ""));
    assertThat(reason.label()).matches("[a-z_]{8,32}");
  }

  @Test
  void absentKeysAreRealNulls() {
    Answer openAi = Answers.render(Refusal.of(Reason.QUEUE_FULL), Family.OPENAI, RetryAfter.unknown(), "");
    assertThat(error(openAi)).containsEntry("param", null).hasSize(4);
    Answer anthropic = Answers.render(Refusal.of(Reason.QUEUE_FULL), Family.ANTHROPIC, RetryAfter.unknown(), "");
    assertThat(json(anthropic)).containsEntry("request_id", null);
    Answer odd = Answers.render(Refusal.of(Reason.QUEUE_FULL), Family.ANTHROPIC, RetryAfter.unknown(), "x\r\ny: z");
    assertThat(json(odd)).containsEntry("request_id", null);
  }

  @ParameterizedTest
  @CsvSource({"100, 1, 100", "999, 1, 999", "1000, 1, 1000", "1001, 2, 1001", "60000, 60, 60000"})
  void retryAfterIsWholeSecondsAndMilliseconds(long millis, String seconds, String exact) {
    Answer answer =
        Answers.render(Refusal.of(Reason.QUEUE_FULL), Family.OPENAI, new RetryAfter.After(millis), "");
    assertThat(headers(answer)).containsEntry("retry-after", seconds).containsEntry("retry-after-ms", exact);
  }

  @Test
  void aBodyHandedOutCannotBeChangedInside() {
    Answer answer = Answers.render(Refusal.of(Reason.QUEUE_FULL), Family.OPENAI, RetryAfter.unknown(), "");
    answer.body()[0] = 'x';
    assertThat(answer.body()[0]).isEqualTo((byte) '{');
  }

  private static Map<String, String> headers(Answer answer) {
    Map<String, String> headers = new HashMap<>();
    answer.headers().forEach(header -> assertThat(headers.put(header.name(), header.value())).isNull());
    return headers;
  }

  private static Map<String, Object> error(Answer answer) {
    @SuppressWarnings("unchecked")
    Map<String, Object> error = (Map<String, Object>) json(answer).get("error");
    return error;
  }

  private static Map<String, Object> json(Answer answer) {
    @SuppressWarnings("unchecked")
    Map<String, Object> json = MAPPER.readValue(answer.body(), Map.class);
    return json;
  }
}
