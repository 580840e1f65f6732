// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.provider.local;

import static dev.sluice.routing.config.Kinds.duration;
import static dev.sluice.routing.config.Kinds.flag;
import static dev.sluice.routing.config.Kinds.header;
import static dev.sluice.routing.config.Kinds.headerValue;
import static dev.sluice.routing.config.Kinds.list;
import static dev.sluice.routing.config.Kinds.map;
import static dev.sluice.routing.config.Kinds.model;
import static dev.sluice.routing.config.Kinds.path;
import static dev.sluice.routing.config.Kinds.text;
import static dev.sluice.routing.config.Kinds.variable;
import static dev.sluice.routing.config.Kinds.whole;

import dev.sluice.routing.config.Key;
import dev.sluice.routing.config.Section;
import dev.sluice.routing.provider.CapacityKeys;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The declaration of a local provider's keys. Capacity and pace may stand at the provider, for all its models, and at a model,
 * which wins. Immutable.
 */
final class LocalKeys {
  static final class Model {
    static final Key<String> MODEL = Key.required("model", model(false), "The name callers use; `*` serves every model that no provider names.");
    static final Key<String> UPSTREAM_MODEL =
        Key.optional("upstream_model", model(false), "the same", "The provider's own name of the model; the request is rewritten to it.");
    static final Key<List<String>> ALIASES = Key.of("aliases", list(model(false), 64), "", "Further names callers may use.");
    static final Section SECTION =
        Section.list("models", "What the provider serves; a plain name stands for `model`.", join(CapacityKeys.ofModel(), MODEL, UPSTREAM_MODEL, ALIASES), List.of())
            .orPlain(MODEL);

    private Model() {}
  }

  static final class Credential {
    static final Key<String> HEADER = Key.of("header", header(), "authorization", "Request header that carries the secret.");
    static final Key<String> SCHEME =
        Key.optional("scheme", text("one word, or empty", "[A-Za-z0-9-]{0,32}", 32), "`Bearer` in `authorization`, else none", "Word before the secret.");
    static final Key<String> ENV = Key.optional("env", variable(), "none", "Environment variable with the secret.").masked();
    static final Key<Path> FILE = Key.optional("file", path(), "none", "File with the secret; changes are taken over.").masked();
    static final Section SECTION =
        Section.single("credentials", "How requests prove themselves to the provider.", List.of(HEADER, SCHEME, ENV, FILE), List.of());

    private Credential() {}
  }

  static final class Probing {
    static final Key<String> URL =
        Key.optional(
            "url",
            text("an http or https URL without user and fragment", "https?://[A-Za-z0-9.\\-\\[\\]:]+(/[!-\"$-~]*)?", 1024),
            "none: not probed",
            "What is asked by GET; a status 2xx means that the provider is there.");
    static final Key<Duration> INTERVAL = Key.of("interval", duration(Duration.ofMillis(100), Duration.ofHours(1)), "10s", "Time between probes, give or take a tenth.");
    static final Key<Duration> TIMEOUT = Key.of("timeout", duration(Duration.ofMillis(10), Duration.ofMinutes(1)), "3s", "Time after which a probe has failed.");
    static final Key<Integer> FAILURES = Key.of("failures", whole(1, 100), "2", "Failed probes in a row after which nothing is sent to the provider.");
    static final Section SECTION =
        Section.single("probe", "Asking the provider whether it is there, beside judging it by its answers.", List.of(URL, INTERVAL, TIMEOUT, FAILURES), List.of());

    private Probing() {}
  }

  static final Key<String> HOST =
      Key.optional("host", text("a host name with an optional port", "[A-Za-z0-9.\\-\\[\\]:]+", 255), "the upstream's", "Host header of requests to the provider.");
  static final Key<String> PATH_PREFIX =
      Key.optional("path_prefix", text("a path such as /v1 or /api/v3, without / at its end", "/|(/[A-Za-z0-9._~%-]+)+", 255), "paths stay", "What replaces `/v1`, and all before it, in the path of a request.");
  static final Key<Map<String, String>> HEADERS =
      Key.of("headers", map(header(), headerValue(), 32), "", "Further request headers.").masked();
  static final Key<Boolean> REQUEST_STREAM_USAGE =
      Key.of(
          "request_stream_usage",
          flag(),
          "false",
          "Ask for the usage of streamed answers where the caller did not. Settlement is then exact instead of estimated from the bytes sent,"
              + " but callers get one more chunk, with usage and an empty `choices`, which breaks those that read `choices[0]` unseen.");

  static final Key<String> REGION =
      Key.optional("region", text("lower case letters, digits and -", "[a-z0-9-]+", 64), "none said", "Where the provider processes requests; what `provider.regions` and `region:` entries of keys and routes name.");

  private static final List<Key<?>> KEYS = join(CapacityKeys.KEYS, HOST, PATH_PREFIX, HEADERS, REQUEST_STREAM_USAGE, REGION);

  static final Section SECTION =
      Section.named(
              "local",
              "Providers of your own, by name: the name of the APISIX upstream. Their order is the order of preference."
                  + " Capacity may be given for the provider and, winning over that, for a model.",
              KEYS,
              List.of(Model.SECTION, Credential.SECTION, Probing.SECTION))
          .reloadable();

  private static List<Key<?>> join(List<Key<?>> capacity, Key<?>... own) {
    return Stream.concat(Stream.of(own), capacity.stream()).toList();
  }

  private LocalKeys() {}
}
