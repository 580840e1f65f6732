// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

import static dev.sluice.routing.config.Kinds.bytes;
import static dev.sluice.routing.config.Kinds.choice;
import static dev.sluice.routing.config.Kinds.duration;
import static dev.sluice.routing.config.Kinds.list;
import static dev.sluice.routing.config.Kinds.model;
import static dev.sluice.routing.config.Kinds.path;
import static dev.sluice.routing.config.Kinds.percent;
import static dev.sluice.routing.config.Kinds.variable;
import static dev.sluice.routing.config.Kinds.whole;
import static dev.sluice.routing.config.Kinds.wholeLong;

import dev.sluice.plugin.context.OutputPolicy;
import dev.sluice.plugin.context.Strategy;
import dev.sluice.plugin.context.Vocabulary;
import dev.sluice.routing.config.Key;
import dev.sluice.routing.config.Section;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The keys of {@code protection.context} and {@code protection.hook}, which the filter {@code ai-context-guard} goes by. Immutable. */
final class GuardKeys {
  private static final long MOST_TOKENS = 1_000_000_000L;

  /** How calls of a webhook show whose they are. */
  enum Proving {
    /** The secret as a bearer token. */
    BEARER,
    /** A signature made with it. */
    HMAC
  }

  static final Key<URI> URL = Key.optional("url", QuotaKeys.webhook(), "none", "Address that is called by `POST`; http or https.").masked();
  static final Key<Duration> DEADLINE =
      Key.of("deadline", duration(Duration.ofMillis(10), Duration.ofSeconds(20)), "2s", "How long a call may take, from its first byte to its last.");
  static final Key<Proving> PROVING =
      Key.of("authentication", choice(Proving.class), "hmac", "What is made of the secret: the header `x-sluice-signature`, or `Authorization: Bearer`.");
  static final Key<String> SECRET_ENV = Key.optional("secret_env", variable(), "none", "Environment variable with the secret that calls prove themselves by.").masked();
  static final Key<Path> SECRET_FILE = Key.optional("secret_file", path(), "none", "File with the secret.").masked();
  static final Key<Long> MAX_ANSWER_BYTES = Key.of("max_answer_bytes", bytes(1024, (1 << 24) - 1), "8MiB", "Longest answer that is read; a longer one is none.");
  static final Key<Integer> MAX_CONCURRENT = Key.of("max_concurrent", whole(1, 1_000), "32", "Calls at a time; while there are more there is no answer.");
  private static final List<Key<?>> WEBHOOK = List.of(URL, DEADLINE, PROVING, SECRET_ENV, SECRET_FILE, MAX_ANSWER_BYTES, MAX_CONCURRENT);

  static final class Fitting {
    static final Section SECTION =
        Section.single("webhook", "Who makes requests fit under `custom`: gets `model`, `limit`, `actual` and `request`, and answers with the request to serve instead.", WEBHOOK, List.of());

    private Fitting() {}
  }

  static final class Hook {
    static final Key<FailMode> FAIL_MODE =
        Key.of("fail_mode", choice(FailMode.class, Map.of("fail_closed", FailMode.FAIL_CLOSE), ""), "fail_close", "Requests without an answer: `fail_close` answers 503, `fail_open` serves them.");
    static final Section SECTION =
        Section.single(
            "hook",
            "Who is asked whether a request may be served, before it is scheduled: gets `path`, `model`, `account`, `key` and `request`, and answers"
                + " `{\"action\": \"allow\"}`, `{\"action\": \"deny\", \"reason\": ...}` or `{\"action\": \"replace\", \"request\": {...}}`. Prompts leave the process"
                + " to this address; off without `url`.",
            join(FAIL_MODE),
            List.of());

    private static List<Key<?>> join(Key<?> own) {
      return Stream.concat(WEBHOOK.stream(), Stream.<Key<?>>of(own)).toList();
    }

    private Hook() {}
  }

  static final Key<Long> MAX_CONTEXT_LENGTH =
      Key.optional("max_context_length", wholeLong(1, MOST_TOKENS), "the providers'", "Tokens of prompt and answer, at most what the providers bear.");
  static final Key<Strategy> STRATEGY =
      Key.of("strategy", choice(Strategy.class), "reject", "What becomes of a request beyond it: 400, messages left out (the oldest, or the opening's last), or what `webhook` makes of it.");
  static final Key<Long> RESERVE_TOKENS =
      Key.of("reserve_tokens", wholeLong(1, MOST_TOKENS), "1024", "Tokens kept for an answer that the caller did not limit, and the least that a lowered limit leaves.");
  static final Key<OutputPolicy> MAX_OUTPUT =
      Key.of("max_output", choice(OutputPolicy.class), "refuse", "What becomes of an output limit that there is no room for: 400, or it is lowered to what there is room for.");
  static final Key<Long> MAX_OUTPUT_TOKENS =
      Key.optional("max_output_tokens", wholeLong(1, MOST_TOKENS), "none", "The most that one answer may be allowed; `max_output` says what becomes of more.");
  static final Key<Vocabulary> TOKENIZER =
      Key.of("tokenizer", choice(Vocabulary.class), "auto", "Vocabulary that prompts are counted by near the limit; `auto` goes by the model's name.");
  static final Key<Integer> MARGIN =
      Key.of("margin_percent", percent(0, 100), "0%", "By how much counts are raised, for models that count by another vocabulary.");
  static final Key<Duration> COUNT_DEADLINE =
      Key.of(
          "count_deadline",
          duration(Duration.ofMillis(10), Duration.ofSeconds(20)),
          "2s",
          "Longest time to count one request; what is left then counts as much as it has bytes.");

  static final class Model {
    static final Key<String> MODEL = Key.required("model", model(true), "The model as callers name it or by its first name; a prefix followed by `*` for several.");
    static final Key<List<Integer>> LEVELS = Key.of("levels", list(whole(0, ConfigKeys.MAX_LEVELS - 1), ConfigKeys.MAX_LEVELS), "", "Priority levels; default: all.");
    static final Section SECTION =
        Section.list(
            "models",
            "What differs for some models and levels; the first that fits counts.",
            List.of(
                MODEL,
                LEVELS,
                MAX_CONTEXT_LENGTH,
                usual(STRATEGY),
                usual(RESERVE_TOKENS),
                usual(MAX_OUTPUT),
                usual(MAX_OUTPUT_TOKENS),
                usual(TOKENIZER),
                usual(MARGIN)),
            List.of());

    private Model() {}
  }

  static final Section CONTEXT =
      Section.single(
          "context",
          "What becomes of requests beyond their model's context. Counts only where `ai-context-guard` is on the route.",
          List.of(MAX_CONTEXT_LENGTH, STRATEGY, RESERVE_TOKENS, MAX_OUTPUT, MAX_OUTPUT_TOKENS, TOKENIZER, MARGIN, COUNT_DEADLINE),
          List.of(Model.SECTION, Fitting.SECTION));

  /** The same key at a model, where its absence means what stands above. */
  private static <T> Key<T> usual(Key<T> key) {
    return Key.optional(key.name(), key.kind(), "as above", key.doc());
  }

  private GuardKeys() {}
}
