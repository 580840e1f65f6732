// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.market;

import dev.sluice.t.stack.ChildProcess;
import dev.sluice.t.stack.Http;
import dev.sluice.t.stack.Stack;
import dev.sluice.t.stack.StackPlan;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A marketplace with one supplier for a stack: the simulator, its key, and the consent that the runner wants to see. Thread-safe.
 *
 * @param folder of consent, key and outbox
 */
public record MarketFixture(MarketSimulator simulator, Path folder) implements AutoCloseable {
  /** The supplier: an upstream of the gateway, and a provider simulator of the stack. */
  public static final String SUPPLIER = "supplier-a";

  /** Where the supplier says it is; nobody ever connects to it. */
  public static final String ENDPOINT = "https://supplier-a.example";

  /** A model that nobody but the marketplace serves. */
  public static final String MARKET_ONLY = "market-only";

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final String KEY = "market-key-0123456789";

  /** A marketplace that sells {@link StackPlan#MODEL} and {@link #MARKET_ONLY}, in a new folder under {@code parent}. */
  public static MarketFixture start(Path parent) throws IOException {
    Files.createDirectories(parent);
    MarketSimulator simulator = MarketSimulator.start(KEY);
    for (String model : List.of("sim-large", "sim-rare")) {
      simulator.offer(new MarketSimulator.Supply("supply-" + model, ENDPOINT, model, "eu", "2", StackPlan.SUPPLIER_TOKEN));
    }
    Path folder = Files.createTempDirectory(parent.toAbsolutePath(), "market");
    Files.writeString(folder.resolve("key"), KEY);
    return new MarketFixture(simulator, folder);
  }

  /** The plan with the marketplace in it, enabled. */
  public StackPlan in(StackPlan plan) {
    String sold = "{model: %s, market_model: %s, max_input_price: 3, max_output_price: 3, max_tokens_per_sec: 100000, max_concurrent: 64, max_context_length: 32768}";
    return plan.with("provider.marketplace.enabled", "true")
        .with("provider.marketplace.url", simulator.url().toString())
        .with("provider.marketplace.key_file", folder.resolve("key").toString())
        .with("provider.marketplace.consent_file", folder.resolve("consent.json").toString())
        .with("provider.marketplace.outbox_folder", folder.resolve("outbox").toString())
        .with("provider.marketplace.upstreams", "{ \"" + ENDPOINT + "\": " + SUPPLIER + " }")
        .with("provider.marketplace.regions", "[ eu ]")
        .with("provider.marketplace.refresh_interval", "1s")
        .with("provider.marketplace.circuit_breaker_timeout", "2s")
        .with("provider.marketplace.max_retries", "0")
        .with("provider.marketplace.models", "[ " + sold.formatted(StackPlan.MODEL, "sim-large") + ", " + sold.formatted(MARKET_ONLY, "sim-rare") + " ]");
  }

  /** Consents to the simulator, by the product's own command. */
  public void consent() throws IOException {
    consent(simulator.url());
  }

  /** Consents to a marketplace somewhere, likewise. */
  public void consent(URI marketplace) throws IOException {
    command(marketplace, "consent", "--who", "the end-to-end suite");
  }

  /** Withdraws consent, likewise. */
  public void revoke() throws IOException {
    command(simulator.url(), "revoke");
  }

  private void command(URI marketplace, String action, String... more) throws IOException {
    Path config = folder.resolve("market.yaml");
    Files.writeString(
        config, "provider: {marketplace: {url: \"" + marketplace + "\", consent_file: \"" + folder.resolve("consent.json") + "\"}}\n");
    List<String> command = new ArrayList<>(List.of(Stack.launcher().toString(), "marketplace", action, "--config", config.toString()));
    command.addAll(List.of(more));
    try (ChildProcess process = ChildProcess.start(action, command, Map.of("SLUICE_JAVA_HOME", System.getProperty("java.home")), folder)) {
      Http.await(PATIENCE, () -> !process.alive(), process::output);
      if (process.exitStatus() != 0) {
        throw new IllegalStateException(process.output());
      }
    }
  }

  @Override
  public void close() {
    simulator.close();
  }
}
