// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.answer;

import java.util.Locale;

/**
 * Why a request was not served: a closed set, the value of {@code x-sluice-reason} and the only label metrics have for reasons.
 * Immutable.
 *
 * <p>Each reason names its HTTP status, its OpenAI {@code type} and {@code code}, its Anthropic {@code type}, and whether the
 * same request may succeed later.
 */
public enum Reason {
  MISSING_KEY(Kind.KEY, "No API key was sent. Send it as 'Authorization: Bearer <key>' or 'x-api-key: <key>'."),
  UNKNOWN_KEY(Kind.KEY, "The API key is not known. Check it, or ask for a new one."),
  EXPIRED_KEY(Kind.KEY, "The API key has expired. Ask for a new one."),
  ACCOUNT_SUSPENDED(Kind.PERMISSION, "The account is suspended. Contact who runs this gateway."),
  MODEL_NOT_ALLOWED(Kind.PERMISSION, "This API key may not use the model. Use one it may, or ask for access."),
  MODEL_NOT_FOUND(Kind.NO_MODEL, "No provider serves the model. Check its name."),
  MALFORMED_REQUEST(Kind.INVALID, "The request can't be read. Check that its body is the JSON this path expects."),
  AMBIGUOUS_REQUEST(Kind.INVALID, "The request can be read in more than one way. Send every key and header once."),
  BODY_TOO_LARGE(Kind.TOO_LARGE, "The body is larger than this gateway takes. Send a smaller one."),
  CONTEXT_LENGTH_EXCEEDED(Kind.CONTEXT, "The prompt and the answer asked for exceed the model's context. Shorten one of them."),
  CONTENT_DENIED(Kind.CONTENT, "The content of this request is not allowed here. Change it, or ask who runs this gateway."),
  REQUEST_UNSCHEDULABLE(Kind.UNSCHEDULABLE, "No provider's capacity ever suffices for this request. Ask for less in one request."),
  QUOTA_EXCEEDED(Kind.QUOTA, "The quota is used up. Wait for its next period or ask for a larger one."),
  KEY_RATE_EXCEEDED(Kind.RATE, "The API key sends requests faster than it may. Slow down and retry."),
  QUEUE_FULL(Kind.RATE, "Too many requests are waiting. Retry later."),
  WAIT_TOO_LONG(Kind.RATE, "The request would wait longer than it may. Retry later, or allow a longer wait."),
  WAIT_TIMEOUT(Kind.RATE, "The request waited as long as it may and no capacity came free. Retry later."),
  DISPLACED(Kind.RATE, "A more important request took the place in the queue. Retry later."),
  NO_PROVIDER(Kind.UNAVAILABLE, "No provider of the model is healthy at the moment. Retry later."),
  STORES_DOWN(Kind.UNAVAILABLE_INSIDE, "API keys can't be checked at the moment. Retry later."),
  HOOK_FAILED(Kind.UNAVAILABLE_INSIDE, "The content of requests can't be checked at the moment. Retry later."),
  DRAINING(Kind.UNAVAILABLE, "The gateway is restarting. Retry now."),
  MISCONFIGURED_ROUTE(Kind.MISCONFIGURED, "The route is configured wrongly. Contact who runs this gateway."),
  FILTER_FAILED(Kind.UNAVAILABLE_INSIDE, "The gateway failed to handle the request. Retry, and report it if it stays."),
  FILTER_TIMEOUT(Kind.UNAVAILABLE_INSIDE, "The gateway took too long to handle the request. Retry later."),
  /** The caller left; kept for counting, the answer reaches no one. */
  CANCELLED(Kind.GONE, "The caller closed the connection.");

  private final Kind kind;
  private final String defaultMessage;
  private final String label = name().toLowerCase(Locale.ROOT);

  Reason(Kind kind, String defaultMessage) {
    this.kind = kind;
    this.defaultMessage = defaultMessage;
  }

  /** Lower snake case, for headers and metrics. */
  public String label() {
    return label;
  }

  public int status() {
    return kind.status;
  }

  /** {@code error.type} of an OpenAI body. */
  public String openAiType() {
    return kind.openAiType;
  }

  /** {@code error.code} of an OpenAI body. */
  public String openAiCode() {
    return kind.openAiCode;
  }

  /** {@code error.type} of an Anthropic body. */
  public String anthropicType() {
    return kind.anthropicType;
  }

  /** Whether the same request may succeed if sent again soon; if not, clients are told not to retry on their own. */
  public boolean retryable() {
    return kind.retryable;
  }

  /** What happened and what to do about it, one or two sentences. */
  public String defaultMessage() {
    return defaultMessage;
  }

  private enum Kind {
    KEY(401, "invalid_request_error", "invalid_api_key", "authentication_error", false),
    PERMISSION(403, "invalid_request_error", "permission_denied", "permission_error", false),
    NO_MODEL(404, "invalid_request_error", "model_not_found", "not_found_error", false),
    INVALID(400, "invalid_request_error", "invalid_request_error", "invalid_request_error", false),
    TOO_LARGE(413, "invalid_request_error", "request_too_large", "request_too_large", false),
    CONTEXT(400, "invalid_request_error", "context_length_exceeded", "invalid_request_error", false),
    CONTENT(400, "invalid_request_error", "content_policy_violation", "invalid_request_error", false),
    UNSCHEDULABLE(400, "invalid_request_error", "request_unschedulable", "invalid_request_error", false),
    QUOTA(429, "insufficient_quota", "insufficient_quota", "rate_limit_error", false),
    RATE(429, "rate_limit_error", "rate_limit_exceeded", "rate_limit_error", true),
    UNAVAILABLE(503, "server_error", "service_unavailable", "overloaded_error", true),
    UNAVAILABLE_INSIDE(503, "server_error", "service_unavailable", "api_error", true),
    MISCONFIGURED(503, "server_error", "service_unavailable", "api_error", false),
    GONE(499, "invalid_request_error", "request_cancelled", "invalid_request_error", false);

    private final int status;
    private final String openAiType;
    private final String openAiCode;
    private final String anthropicType;
    private final boolean retryable;

    Kind(int status, String openAiType, String openAiCode, String anthropicType, boolean retryable) {
      this.status = status;
      this.openAiType = openAiType;
      this.openAiCode = openAiCode;
      this.anthropicType = anthropicType;
      this.retryable = retryable;
    }
  }
}
