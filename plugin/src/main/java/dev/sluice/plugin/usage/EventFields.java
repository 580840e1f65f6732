// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.usage;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/**
 * The known fields of one logger entry, as text. The logger writes some figures as numbers and some as strings, and several
 * attempts as comma lists; absent variables are absent keys. Not thread-safe; confined to one reading.
 */
final class EventFields {
  private static final Set<String> KNOWN =
      Set.of(
          "lease", "status", "ratelimit_remaining_requests", "ratelimit_remaining_tokens", "ratelimit_reset_requests", "ratelimit_reset_tokens", "completion", "upstream_status", "upstream_addr", "request_time", "upstream_header_time",
          "upstream_response_time", "body_bytes_sent", "retry_after", "content_type", "body", "llm_prompt_tokens",
          "llm_completion_tokens");
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double MAX_SECONDS = 1e6;
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(64).build())
          .disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
          .build();

  private final Map<String, String> values = new HashMap<>();

  private EventFields() {}

  /** The event in {@code json}; empty when it is not an object or not JSON. */
  static Optional<CompletionEvent> read(String json) {
    EventFields fields = new EventFields();
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return Optional.empty();
      }
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        String key = parser.currentName();
        JsonToken value = parser.nextToken();
        if (value.isScalarValue() && value != JsonToken.VALUE_NULL && KNOWN.contains(key)) {
          fields.values.put(key, parser.getString());
        } else {
          parser.skipChildren();
        }
      }
      if (parser.nextToken() != null) {
        return Optional.empty();
      }
    } catch (JacksonException e) {
      return Optional.empty();
    }
    return Optional.of(fields.event());
  }

  private CompletionEvent event() {
    CompletionEvent.Timing timing =
        new CompletionEvent.Timing(nanos("request_time"), nanos("upstream_header_time"), nanos("upstream_response_time"));
    OptionalLong status = whole(text("status"));
    return new CompletionEvent(
        text("lease"),
        status.isPresent() ? OptionalInt.of((int) Math.min(status.getAsLong(), 999)) : OptionalInt.empty(),
        text("completion").equals("OK"),
        statuses(),
        attempt("upstream_addr").equals("-") ? "" : text("upstream_addr"),
        timing,
        whole(text("body_bytes_sent")).orElse(0),
        new UpstreamLimits(
            retryAfter(),
            whole(text("ratelimit_remaining_requests")),
            whole(text("ratelimit_remaining_tokens")),
            text("ratelimit_reset_requests"),
            text("ratelimit_reset_tokens")),
        text("content_type"),
        text("body"),
        whole(text("llm_prompt_tokens")),
        whole(text("llm_completion_tokens")));
  }

  private String text(String key) {
    return values.getOrDefault(key, "");
  }

  /** The last attempt's value. */
  private String attempt(String key) {
    List<String> attempts = attempts(text(key));
    return attempts.isEmpty() ? "" : attempts.getLast();
  }

  private List<Integer> statuses() {
    List<Integer> statuses = new ArrayList<>(1);
    for (String status : attempts(text("upstream_status"))) {
      whole(status).ifPresent(value -> statuses.add((int) Math.min(value, 999)));
    }
    return statuses;
  }

  /* Attempts within an upstream are separated by commas, upstreams by colons with blanks around them. */
  private static List<String> attempts(String list) {
    List<String> attempts = new ArrayList<>(1);
    for (String value : list.split(",| : ", -1)) {
      if (!value.isBlank()) {
        attempts.add(value.strip());
      }
    }
    return attempts;
  }

  /** The last attempt's, or a date, which has a comma of its own. */
  private String retryAfter() {
    String last = attempt("retry_after");
    return whole(last).isPresent() ? last : text("retry_after");
  }

  private OptionalLong nanos(String key) {
    try {
      double seconds = Double.parseDouble(attempt(key));
      return seconds >= 0 && seconds <= MAX_SECONDS ? OptionalLong.of(Math.round(seconds * NANOS_PER_SECOND)) : OptionalLong.empty();
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  private static OptionalLong whole(String text) {
    boolean digits = !text.isEmpty() && text.length() <= 18 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    return digits ? OptionalLong.of(Long.parseLong(text)) : OptionalLong.empty();
  }
}
