// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admin;

import dev.sluice.plugin.http.BearerSecret;
import dev.sluice.plugin.http.HttpAnswer;
import dev.sluice.plugin.http.HttpCall;
import dev.sluice.plugin.http.HttpHandler;
import dev.sluice.scheduler.SchedulerSnapshot;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * {@code /healthz}, {@code /readyz}, {@code /metrics} and {@code /v1/pools}. Thread-safe.
 *
 * <p>Health and readiness are open, so that probes need no secret and learn nothing else; the rest asks for the admin key where
 * one is configured.
 */
public final class AdminHandler implements HttpHandler {
  private final Optional<BearerSecret> key;
  private final Readiness readiness;
  private final Supplier<SchedulerSnapshot> snapshot;
  private final Supplier<String> metrics;

  /** A handler; {@code metrics} renders the Prometheus text. */
  public AdminHandler(Optional<BearerSecret> key, Readiness readiness, Supplier<SchedulerSnapshot> snapshot, Supplier<String> metrics) {
    this.key = key;
    this.readiness = readiness;
    this.snapshot = snapshot;
    this.metrics = metrics;
  }

  @Override
  public HttpAnswer handle(HttpCall call) {
    if (!call.method().equals("GET")) {
      return HttpAnswer.problem(405, "Method Not Allowed", "this port answers GET");
    }
    if (call.path().equals("/healthz")) {
      return HttpAnswer.text(200, "ok\n");
    }
    if (call.path().equals("/readyz")) {
      Readiness.Stage stage = readiness.stage();
      return HttpAnswer.text(stage == Readiness.Stage.READY ? 200 : 503, stage.name().toLowerCase(Locale.ROOT) + '\n');
    }
    if (key.isPresent() && !key.get().admits(call.authorization())) {
      return HttpAnswer.problem(401, "Unauthorized", "send Authorization: Bearer with the admin key");
    }
    return switch (call.path()) {
      case "/metrics" ->
          new HttpAnswer(200, "text/plain; version=0.0.4; charset=utf-8", metrics.get().getBytes(StandardCharsets.UTF_8));
      case "/v1/pools" -> HttpAnswer.json(200, PoolsJson.of(snapshot.get()));
      default -> HttpAnswer.problem(404, "Not Found", "known paths: /healthz /readyz /metrics /v1/pools");
    };
  }
}
