// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

import static dev.sluice.routing.config.Kinds.bytes;
import static dev.sluice.routing.config.Kinds.choice;
import static dev.sluice.routing.config.Kinds.duration;
import static dev.sluice.routing.config.Kinds.durationOrOff;
import static dev.sluice.routing.config.Kinds.flag;
import static dev.sluice.routing.config.Kinds.list;
import static dev.sluice.routing.config.Kinds.map;
import static dev.sluice.routing.config.Kinds.name;
import static dev.sluice.routing.config.Kinds.path;
import static dev.sluice.routing.config.Kinds.percent;
import static dev.sluice.routing.config.Kinds.text;
import static dev.sluice.routing.config.Kinds.variable;
import static dev.sluice.routing.config.Kinds.whole;
import static dev.sluice.routing.config.Kinds.wholeLong;

import dev.sluice.routing.config.Key;
import dev.sluice.routing.config.Kind;
import dev.sluice.routing.config.Section;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The declaration of every configuration key but those of providers, whose types declare their own; {@link SluiceDocument} puts
 * the sections together. Immutable.
 */
final class ConfigKeys {
  private static final long GIB = 1L << 30;
  private static final Duration NO_TIME = Duration.ZERO;

  /** The longest wait: the gateway hangs up after 60 s, the runner answers within 55 s. */
  static final Duration MAX_WAIT = Duration.ofSeconds(50);

  static final int MAX_LEVELS = 20;

  static final class Runner {
    static final Key<Path> SOCKET =
        Key.of("socket", path(), "/run/sluice/runner.sock", "Unix socket that APISIX calls. `APISIX_LISTEN_ADDRESS` (`unix:/path`) wins.");
    static final Key<Set<PosixFilePermission>> SOCKET_MODE =
        Key.of("socket_mode", MoreKinds.fileMode(), "0660", "File mode of the socket, octal. APISIX's workers must be able to write to it.");
    static final Key<String> SOCKET_GROUP =
        Key.optional("socket_group", name(64), "the process's own", "Group of the socket: the one APISIX's workers run in.");
    static final Key<Integer> EVENT_LOOPS = Key.of("event_loops", whole(1, 64), "2", "Threads that serve the socket.");
    static final Key<Integer> BACKLOG = Key.of("backlog", whole(16, 65_535), "16384", "Connections the kernel holds until they are accepted; it takes `net.core.somaxconn` if that is less.");
    static final Key<TransportKind> TRANSPORT =
        Key.of("transport", choice(TransportKind.class), "auto", "How sockets are driven; `auto` takes epoll where it works.");
    static final Key<Duration> CONF_EXPIRE_TIME =
        Key.of(
            "conf_expire_time",
            duration(Duration.ofSeconds(1), Duration.ofDays(30)),
            "1h",
            "How long an unused route configuration is kept. `APISIX_CONF_EXPIRE_TIME` (seconds) wins.");
    static final Key<List<String>> FILTERS =
        Key.of("filters", list(MoreKinds.className(), 64), "", "Class names of further plugin filters on the class path.");
    static final Key<Path> FILTER_FOLDER =
        Key.optional("filter_folder", path(), "none", "Folder of jars with further plugin filters.");
    static final Section SECTION =
        Section.single(
            "runner",
            "The socket between APISIX and this process.",
            List.of(SOCKET, SOCKET_MODE, SOCKET_GROUP, EVENT_LOOPS, BACKLOG, TRANSPORT, CONF_EXPIRE_TIME, FILTERS, FILTER_FOLDER),
            List.of());

    private Runner() {}
  }

  static final class Lane {
    static final Key<Integer> LEVEL = Key.required("level", whole(0, MAX_LEVELS - 1), "The priority level, 0 the most important.");
    static final Key<Duration> MAX_WAIT =
        Key.optional("max_wait", duration(NO_TIME, ConfigKeys.MAX_WAIT), "`queue_timeout`", "Longest wait in this lane.");
    static final Key<Integer> MAX_DEPTH =
        Key.optional("max_depth", whole(0, 1_000_000), "`max_queue_depth`", "Requests that may wait in this lane.");
    static final Key<Long> MAX_BYTES =
        Key.optional("max_bytes", bytes(0, 64 * GIB), "`max_queue_bytes`", "Bytes of body that the gateway may buffer for waiters of this lane.");
    static final Key<Integer> WEIGHT =
        Key.optional("weight", whole(1, 1_000_000), "from `weights`", "Share of this lane among the weighted ones.");
    static final Section SECTION =
        Section.list("lanes", "What single priority levels do differently.", List.of(LEVEL, MAX_WAIT, MAX_DEPTH, MAX_BYTES, WEIGHT), List.of());

    private Lane() {}
  }

  static final class Scheduler {
    static final Key<AllocationType> TYPE =
        Key.of(
            "type",
            choice(AllocationType.class),
            "priority",
            "How lanes are made: one for each priority level, or one for each bucket of `bucket_scheduler`; buckets follow no `policy`.")
            .atStart();
    static final Key<Integer> PRIORITY_LEVELS = Key.of("priority_levels", whole(2, MAX_LEVELS), "5", "Number of levels; 0 is the most important.").atStart();
    static final Key<Integer> DEFAULT_PRIORITY =
        Key.optional("default_priority", whole(0, MAX_LEVELS - 1), "half of `priority_levels`", "Level of requests that nothing else places.").atStart();
    static final Key<PolicyKind> POLICY =
        Key.of("policy", choice(PolicyKind.class), "hybrid", "Which lane goes next: the best, by weight, or the best first up to its share and the rest by weight.");
    static final Key<ShadowPolicy> SHADOW_POLICY =
        Key.of("shadow_policy", choice(ShadowPolicy.class), "off", "A second policy that is asked at every start and decides nothing; `sluice_shadow_starts` counts where it differs.");
    static final Key<List<Integer>> WEIGHTS =
        Key.optional("weights", list(whole(1, 1_000_000), MAX_LEVELS), "16, 8, 4, 2, 1; doubling per level, at most 1024", "Shares of the lanes, best first, one for each level.");
    static final Key<Integer> LANE_ZERO_SHARE_PERCENT =
        Key.of("lane_zero_share_percent", percent(1, 100), "80%", "Under `hybrid`, the share of tokens up to which lane 0 goes first.");
    static final Key<Integer> LANE_ZERO_HEADROOM_PERCENT =
        Key.of(
            "lane_zero_headroom_percent",
            percent(0, 50),
            "0%",
            "Part of each provider's places, requests and tokens of a second, rounded up, that other lanes leave free for lane 0 to start at once. Not with buckets.");
    static final Key<Optional<Duration>> STARVATION_TIMEOUT =
        Key.of(
            "starvation_timeout",
            durationOrOff(Duration.ofMillis(100), ConfigKeys.MAX_WAIT),
            "off",
            "The wait after which a request goes before all that wait less long, whatever the policy and its lane.");
    static final Key<Optional<Duration>> AGEING_INTERVAL =
        Key.of(
            "ageing_interval",
            durationOrOff(Duration.ofMillis(100), ConfigKeys.MAX_WAIT),
            "off",
            "A waiter counts as one lane better for every such time that it has waited; past lane 0 it goes before all that came later.");
    static final Key<Boolean> REFUSE_WHILE_WAITING =
        Key.of(
            "refuse_while_waiting",
            flag(),
            "true",
            "Refuse a waiter as soon as it would have to wait beyond its deadline, as far as forecasts have come true; false waits for the deadline.");
    static final Key<Duration> QUEUE_TIMEOUT =
        Key.of("queue_timeout", duration(NO_TIME, ConfigKeys.MAX_WAIT), "30s", "Longest wait in a lane; 0s admits at once or rejects.");
    static final Key<Integer> MAX_QUEUE_DEPTH = Key.of("max_queue_depth", whole(0, 1_000_000), "1000", "Requests that may wait in one lane.");
    static final Key<Long> MAX_QUEUE_BYTES = Key.of("max_queue_bytes", bytes(0, 64 * GIB), "64MiB", "Bytes of body that the gateway may buffer for waiters of one lane.");
    static final Key<Integer> MAX_QUEUE_DEPTH_TOTAL =
        Key.of("max_queue_depth_total", whole(0, 1_000_000), "5000", "Requests that may wait for one model, all lanes together.");
    static final Key<Long> MAX_QUEUE_BYTES_TOTAL =
        Key.of("max_queue_bytes_total", bytes(0, 64 * GIB), "256MiB", "Bytes of body that the gateway may buffer for waiters of one model, all lanes together.");
    static final Key<Integer> MAX_QUEUE_DEPTH_PER_FLOW =
        Key.of("max_queue_depth_per_flow", whole(0, 1_000_000), "500", "Requests of one account that may wait in one lane.");
    static final Key<Boolean> DISPLACE =
        Key.of("displace", flag(), "true", "When the total is reached, a request of a better lane displaces the latest of the worst.");
    static final Key<Long> DEFAULT_OUTPUT_TOKENS =
        Key.of("default_output_tokens", wholeLong(1, 10_000_000), "256", "Output tokens expected of a request while nothing is learned.").atStart();
    static final Key<Boolean> LEARN_COST =
        Key.of("learn_cost", flag(), "true", "Learn how long answers get, per account and model, and correct estimated prompts; false keeps to `default_output_tokens`.").atStart();
    static final Key<Integer> OUTPUT_QUANTILE =
        Key.of("output_quantile", percent(1, 99), "80%", "Share of an account's answers that are no longer than the answer expected of it.").atStart();
    static final Key<Long> OPAQUE_REQUEST_TOKENS =
        Key.of("opaque_request_tokens", wholeLong(1, 10_000_000), "1000", "Tokens charged for a body that is not understood, such as multipart.").atStart();
    static final Key<Map<String, Integer>> SERVICE_TIER =
        Key.of("service_tier", map(name(64), whole(0, MAX_LEVELS - 1), 32), "", "Priority level for each value of a request's `service_tier`.").atStart();
    static final Section SECTION =
        Section.single(
                "scheduler",
                "Who waits, how long, and who goes next.",
                List.of(
                    TYPE,
                    PRIORITY_LEVELS,
                    DEFAULT_PRIORITY,
                    POLICY,
                    SHADOW_POLICY,
                    WEIGHTS,
                    LANE_ZERO_SHARE_PERCENT,
                    LANE_ZERO_HEADROOM_PERCENT,
                    STARVATION_TIMEOUT,
                    AGEING_INTERVAL,
                    REFUSE_WHILE_WAITING,
                    QUEUE_TIMEOUT,
                    MAX_QUEUE_DEPTH,
                    MAX_QUEUE_BYTES,
                    MAX_QUEUE_DEPTH_TOTAL,
                    MAX_QUEUE_BYTES_TOTAL,
                    MAX_QUEUE_DEPTH_PER_FLOW,
                    DISPLACE,
                    DEFAULT_OUTPUT_TOKENS,
                    LEARN_COST,
                    OUTPUT_QUANTILE,
                    OPAQUE_REQUEST_TOKENS,
                    SERVICE_TIER),
                List.of(Lane.SECTION, BucketKeys.AtLeast.SECTION, AdaptiveKeys.SECTION, SharingKeys.SECTION))
            .reloadable();

    private Scheduler() {}
  }

  static final class TokenRouting {
    static final Key<Path> KEYS_FILE = Key.of("keys_file", path(), "conf/keys.yaml", "File of API keys; changes are taken over within a second.");
    static final Key<Path> PEPPER_FILE =
        Key.of("pepper_file", path(), "conf/pepper", "File of the 32 random bytes that keys are hashed under; `sluice keys create` makes it.");
    static final Key<String> PEPPER_ENV =
        Key.of("pepper_env", variable(), "SLUICE_PEPPER", "Environment variable with the same bytes, hexadecimal or base64; wins over the file when set.").masked();
    static final Section SECTION =
        Section.single(
            "token_routing",
            "Who is calling: API keys and accounts.",
            Stream.concat(Stream.of(KEYS_FILE, PEPPER_FILE, PEPPER_ENV), StoreKeys.TOKEN_ROUTING.stream()).toList(),
            List.of());

    private TokenRouting() {}
  }

  static final class Protection {
    static final Key<Long> MAX_BODY_BYTES =
        Key.of("max_body_bytes", bytes(1024, (1 << 24) - 1), "8MiB", "Longest request body that is read; longer ones are answered 413.");
    static final Key<Integer> MAX_JSON_DEPTH = Key.of("max_json_depth", whole(16, 10_000), "512", "Deepest nesting of a JSON body.");
    static final Key<Long> IMAGE_TOKENS =
        Key.of("image_tokens", wholeLong(0, 1_000_000), "1000", "Tokens charged for an image, file or audio part of a prompt.");
    static final Section SECTION =
        Section.single(
            "protection",
            "Bounds on what callers may send.",
            List.of(MAX_BODY_BYTES, MAX_JSON_DEPTH, IMAGE_TOKENS),
            List.of(GuardKeys.CONTEXT, GuardKeys.Hook.SECTION));

    private Protection() {}
  }

  static final class Observability {
    static final Key<Path> LOG_FILE = Key.of("log_file", path(), "logs/sluice.log", "Where the log goes. No key, prompt or body is ever in it.");
    static final Key<LogLevel> LOG_LEVEL = Key.of("log_level", choice(LogLevel.class), "info", "Least important lines that are logged.");
    static final Key<Integer> DECISION_RECORDS =
        Key.of("decision_records", whole(0, 1_000_000), "0", "Decisions kept in memory: who waited for what, how long, and why a provider was chosen; 0 for none.");
    static final Key<Path> DECISION_FILE =
        Key.optional("decision_file", path(), "none", "File that all decisions are appended to, as JSON lines, for replays.");
    static final Key<Long> DECISION_FILE_BYTES =
        Key.of("decision_file_bytes", bytes(1 << 20, 1024 * GIB), "256MiB", "Size at which the file is renamed to end in `.1` and a new one is begun.");
    static final Section SECTION =
        Section.single("observability", "The log and the record of decisions.", List.of(LOG_FILE, LOG_LEVEL, DECISION_RECORDS, DECISION_FILE, DECISION_FILE_BYTES), List.of());

    private Observability() {}
  }

  static final class Events {
    static final Key<InetSocketAddress> LISTEN =
        Key.of("listen", MoreKinds.address(), "127.0.0.1:9093", "Address on which APISIX reports finished requests.");
    static final Key<String> SECRET_ENV = Key.optional("secret_env", variable(), "none", "Environment variable with the secret that reports must carry, as `Authorization: Bearer`. This or `secret_file` is required.").masked();
    static final Key<Path> SECRET_FILE = Key.optional("secret_file", path(), "none", "File with the secret.").masked();
    static final Key<Long> MAX_BODY_BYTES =
        Key.of("max_body_bytes", bytes(65_536, GIB), "32MiB", "Longest report that is read; a report may hold many requests.");
    static final Section SECTION =
        Section.single("events", "Reports of finished requests.", List.of(LISTEN, SECRET_ENV, SECRET_FILE, MAX_BODY_BYTES), List.of());

    private Events() {}
  }

  static final class AdminKey {
    static final Key<String> NAME = Key.required("name", name(64), "Whose key it is; what the audit calls him.");
    static final Key<AdminRole> ROLE = Key.of("role", choice(AdminRole.class), "read", "`read` sees everything but secrets, `write` changes it too.");
    static final Key<String> ENV = Key.optional("env", variable(), "none", "Environment variable with the key. This or `file` is required.").masked();
    static final Key<Path> FILE = Key.optional("file", path(), "none", "File with the key.").masked();
    static final Section SECTION =
        Section.list("keys", "Keys of single administrators, beside or instead of the one key.", List.of(NAME, ROLE, ENV, FILE), List.of());

    private AdminKey() {}
  }

  static final class Admin {
    static final Key<InetSocketAddress> LISTEN =
        Key.of("listen", MoreKinds.address(), "127.0.0.1:9092", "Address of metrics, health and the administration API.");
    static final Key<String> KEY_ENV = Key.optional("key_env", variable(), "none", "Environment variable with a key that may change everything; the audit calls its bearer `admin`.").masked();
    static final Key<Path> KEY_FILE = Key.optional("key_file", path(), "none", "File with that key.").masked();
    static final Section SECTION =
        Section.single("admin", "Administration; beyond loopback only with a key.", List.of(LISTEN, KEY_ENV, KEY_FILE), List.of(AdminKey.SECTION));

    private Admin() {}
  }

  private ConfigKeys() {}
}
