// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.egress;

import dev.sluice.t.CommandLine;
import dev.sluice.t.market.MarketFixture;
import dev.sluice.t.stack.ChildProcess;
import dev.sluice.t.stack.GatewayChoice;
import dev.sluice.t.stack.Http;
import dev.sluice.t.stack.Server;
import dev.sluice.t.stack.Stack;
import dev.sluice.t.stack.StackPlan;
import dev.sluice.t.stack.StackPlan.AccountPlan;
import dev.sluice.t.stack.StackPlan.ProviderPlan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Traffic through the whole product inside an {@link Enclosure}. Prints one line: {@code quiet: requests=N failed=N packets=N connection=N lookup=N},
 * where the last two are the packets of a deliberate connection and a deliberate lookup afterwards, which show that packets are counted.
 */
public final class QuietRun {
  private static final URI FAR_AWAY = URI.create("https://market.example.com");
  private static final Duration SOON = Duration.ofSeconds(150);
  private static final Pattern KEY = Pattern.compile("sk-[A-Za-z0-9_-]{20,}");

  private QuietRun() {}

  /** {@code --kind shipped|offline --seconds N --folder PATH}. */
  public static void main(String[] args) throws IOException {
    CommandLine options = CommandLine.parse(args, "kind", "seconds", "folder");
    long seconds = (long) options.number("seconds", 20);
    Path folder = Path.of(options.required("folder"));
    if (options.get("kind", "shipped").equals("shipped")) {
      shipped(folder, seconds);
    } else {
      offline(folder, seconds);
    }
    System.exit(0);
  }

  /** The shipped configuration of runner and gateway, as they stand, with a first key. */
  private static void shipped(Path folder, long seconds) throws IOException {
    Path checkout = Stack.launcher().resolve("../../..").normalize();
    Path config = Files.createDirectories(folder.resolve("conf")).resolve("sluice.yaml");
    Files.copy(checkout.resolve("conf/sluice.yaml"), config);
    Path routes = Files.copy(checkout.resolve("apisix/apisix.yaml"), folder.resolve("apisix.yaml"));
    Map<String, String> environment =
        Map.of(
            "SLUICE_EVENTS_SECRET", "change-me",
            "SLUICE_JAVA_HOME", System.getProperty("java.home"),
            "SLUICE_JAVA_OPTS", String.join(" ", ChildProcess.compilation()),
            "APISIX_LISTEN_ADDRESS", "unix:" + folder.resolve("runner.sock"));
    String launcher = Stack.launcher().toString();
    try (ChildProcess keys = ChildProcess.start("keys", List.of(launcher, "keys", "create", "--account", "first", "--config", config.toString()), environment, folder)) {
      Http.await(SOON, () -> !keys.alive(), keys::output);
      Matcher key = KEY.matcher(keys.output());
      if (!key.find()) {
        throw new IllegalStateException(keys.output());
      }
      List<String> listening = List.of("--config", routes.toString(), "--listen", "127.0.0.1:9080", "--socket", folder.resolve("runner.sock").toString());
      try (Server provider = Server.start(Server.Program.PROVIDER, "provider", List.of("--listen", "127.0.0.1:19001"), Map.of(), folder);
          ChildProcess runner = ChildProcess.start("runner", List.of(launcher, "run", "--config", config.toString()), environment, folder);
          Server gateway = Server.start(Server.Program.GATEWAY, "gateway", listening, Map.of(), folder)) {
        Http.await(SOON, () -> Http.answers(URI.create("http://127.0.0.1:9092/readyz"), 200), () -> runner.output() + gateway.output() + provider.output());
        BooleanSupplier call = () -> answered(URI.create("http://127.0.0.1:9080/"), key.group(), "any-model");
        Http.await(SOON, call, () -> gateway.output() + runner.output());
        measure(seconds, call);
      }
    }
  }

  /** Everything there is, with a consented marketplace whose name would have to be looked up, and {@code offline_mode}. */
  private static void offline(Path folder, long seconds) throws IOException {
    try (MarketFixture market = MarketFixture.start(folder)) {
      market.consent(FAR_AWAY);
      StackPlan plan =
          market.in(
                  StackPlan.of(List.of(new ProviderPlan("local-a", 100_000, 1, 32_768, StackPlan.MODEL, List.of())), List.of(new AccountPlan("first", 0)))
                      .withSupplier(ProviderPlan.of(MarketFixture.SUPPLIER, 100_000, 64)))
              .with("provider.marketplace.offline_mode", "true")
              .with("provider.marketplace.url", FAR_AWAY.toString())
              .with("scheduler.adaptive.enabled", "true")
              .with("scheduler.shadow_policy", "weighted")
              .with("observability.decision_records", "1000")
              .with("observability.log_level", "debug")
              .with("quotas.limits", "{ first: {scope: account, subject: first, unit: tokens, amount: 1000000000, alert_percents: [1]} }")
              .with("prices.models", "[ {model: \"*\", input: 1, output: 1} ]");
      try (Stack stack = Stack.start(plan, new GatewayChoice.Embedded(), folder)) {
        measure(seconds, () -> answered(stack.gateway().resolve("/"), stack.key("first"), StackPlan.MODEL));
      }
    }
  }

  private static boolean answered(URI gateway, String key, String model) {
    try {
      return Http.post(
                  gateway.resolve("/v1/chat/completions"),
                  "{\"model\":\"" + model + "\",\"max_tokens\":8,\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}",
                  Map.of("authorization", "Bearer " + key))
              .statusCode()
          == 200;
    } catch (UncheckedIOException e) {
      return false;
    }
  }

  private static void measure(long seconds, BooleanSupplier call) {
    long requests = 0;
    long failed = 0;
    for (long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos(); System.nanoTime() - end < 0; requests++) {
      failed += call.getAsBoolean() ? 0 : 1;
      LockSupport.parkNanos(20_000_000);
    }
    long packets = Enclosure.sent(); // from the very start of every process on
    long connection = packetsOf(QuietRun::connect);
    long lookup = packetsOf(QuietRun::lookUp);
    System.out.println("quiet: requests=" + requests + " failed=" + failed + " packets=" + packets + " connection=" + connection + " lookup=" + lookup);
  }

  private static long packetsOf(Runnable deed) {
    long before = Enclosure.sent();
    deed.run();
    return Enclosure.sent() - before;
  }

  private static void connect() {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress("203.0.113.7", 443), 300);
    } catch (IOException e) {
      // Nobody answers there: that it was tried is what counts.
    }
  }

  private static void lookUp() {
    try {
      throw new IllegalStateException("found " + InetAddress.getAllByName("canary.example").length);
    } catch (UnknownHostException e) {
      // Likewise.
    }
  }
}
