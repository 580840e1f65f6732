// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admin;

import dev.sluice.plugin.admin.AdminKeys.AdminKey;
import dev.sluice.plugin.admin.AdminKeys.Role;
import dev.sluice.plugin.admin.api.AdminApi;
import dev.sluice.plugin.admin.api.ApiCall;
import dev.sluice.plugin.admin.api.OpenApi;
import dev.sluice.plugin.admin.api.Problem;
import dev.sluice.plugin.admin.api.Route;
import dev.sluice.plugin.admin.api.Route.Access;
import dev.sluice.plugin.admin.api.Router;
import dev.sluice.plugin.health.HealthBook;
import dev.sluice.plugin.http.HttpAnswer;
import dev.sluice.plugin.http.HttpCall;
import dev.sluice.plugin.http.HttpHandler;
import dev.sluice.scheduler.SchedulerSnapshot;
import dev.sluice.scheduler.Ticker;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * The admin port: finds a request's route, sees who sends it, and runs the route. Thread-safe.
 *
 * <p>Health and readiness are open, so that probes need no secret and learn nothing else; metrics and the state of the pools ask
 * for a key where one is configured; everything else always does, and changes for one that may write. There are no cookies, so
 * a browser on the same machine cannot be made to send a key. Wrong keys are slowed down by address.
 */
public final class AdminHandler implements HttpHandler {
  private final AdminKeys keys;
  private final GuessLimit guesses;
  private final Router router;
  private final Executor blocking;

  /**
   * What the process shows of itself.
   *
   * @param providers how they fare
   * @param metrics renders the Prometheus text
   */
  public record Views(Readiness readiness, Supplier<SchedulerSnapshot> snapshot, Supplier<List<HealthBook.Line>> providers, Supplier<String> metrics) {}

  /**
   * A handler of the views and of {@code api}.
   *
   * @param ticker measures how fast keys are tried
   * @param blocking runs what waits for files or the database
   */
  public AdminHandler(AdminKeys keys, Views views, List<Route> api, Ticker ticker, Executor blocking) {
    this.keys = keys;
    this.guesses = new GuessLimit(ticker);
    this.router = new Router(all(views, api));
    this.blocking = blocking;
  }

  private static List<Route> all(Views views, List<Route> api) {
    var routes = new ArrayList<Route>();
    routes.add(Route.at("GET", "/healthz", Access.OPEN, "200 while the process lives.", call -> HttpAnswer.text(200, "ok\n")).answering(200, "text/plain"));
    routes.add(Route.at("GET", "/readyz", Access.OPEN, "200 while requests are taken, else 503.", call -> ready(views.readiness())).answering(200, "text/plain"));
    routes.add(
        Route.at(
                "GET",
                "/metrics",
                Access.VIEW,
                "Metrics in Prometheus' text format.",
                call -> new HttpAnswer(200, "text/plain; version=0.0.4; charset=utf-8", views.metrics().get().getBytes(StandardCharsets.UTF_8)))
            .answering(200, "text/plain"));
    routes.add(Route.at("GET", "/v1/pools", Access.VIEW, "The state of every pool.", call -> HttpAnswer.json(200, PoolsJson.of(views.snapshot().get()))).answering(200, "Pools"));
    routes.add(
        Route.at("GET", "/v1/providers", Access.VIEW, "How every provider fares, for each model.", call -> HttpAnswer.json(200, ProvidersJson.of(views.providers().get())))
            .answering(200, "Providers"));
    routes.addAll(api);
    routes.add(
        Route.blocking("GET", "/v1/openapi.yaml", Access.VIEW, "This document.", call -> new HttpAnswer(200, "application/yaml", OpenApi.yaml(List.copyOf(routes))))
            .answering(200, "application/yaml"));
    return List.copyOf(routes);
  }

  private static HttpAnswer ready(Readiness readiness) {
    Readiness.Stage stage = readiness.stage();
    return HttpAnswer.text(stage == Readiness.Stage.READY ? 200 : 503, stage.name().toLowerCase(Locale.ROOT) + '\n' + readiness.details());
  }

  /** Every route of the port. */
  public List<Route> routes() {
    return router.routes();
  }

  @Override
  public HttpAnswer handle(HttpCall call) {
    return begin(call).toCompletableFuture().join();
  }

  @Override
  public CompletionStage<HttpAnswer> begin(HttpCall call) {
    Router.Match match = router.find(call.method(), call.path());
    Access access = match instanceof Router.Match.Found found ? found.route().access() : Access.VIEW;
    String actor = "";
    if (access != Access.OPEN) {
      Admission admission = admit(call, access);
      if (admission.refusal().isPresent()) {
        return CompletableFuture.completedStage(admission.refusal().get());
      }
      actor = admission.actor();
    }
    return switch (match) {
      case Router.Match.NoPath none ->
          CompletableFuture.completedStage(Problem.of(404, "no such path" + none.nearest().map(near -> "; did you mean " + near + "?").orElse("; /v1/openapi.yaml lists them all")));
      case Router.Match.WrongMethod wrong ->
          CompletableFuture.completedStage(Problem.of(405, "this path answers " + String.join(", ", wrong.allowed())).with("Allow", String.join(", ", wrong.allowed())));
      case Router.Match.Found found -> run(found.route(), call, new ApiCall(call, found.parameters(), actor));
    };
  }

  private CompletionStage<HttpAnswer> run(Route route, HttpCall http, ApiCall call) {
    boolean body = !route.request().isEmpty() && (http.body().length > 0 || http.fields().contentType().isPresent());
    if (body && !json(http.fields().contentType(), route.method())) {
      return CompletableFuture.completedStage(
          Problem.of(415, "send the body as " + (route.method().equals("PATCH") ? "application/merge-patch+json or " : "") + "application/json"));
    }
    return route.blocking()
        ? CompletableFuture.supplyAsync(() -> AdminApi.run(route, call), blocking)
        : CompletableFuture.completedStage(AdminApi.run(route, call));
  }

  private static boolean json(Optional<String> contentType, String method) {
    String type = contentType.orElse("").split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    return type.equals("application/json") || (method.equals("PATCH") && type.equals("application/merge-patch+json"));
  }

  /** Who was let in, or the answer for who was not. */
  private record Admission(String actor, Optional<HttpAnswer> refusal) {
    static Admission refused(HttpAnswer answer) {
      return new Admission("", Optional.of(answer));
    }
  }

  private Admission admit(HttpCall call, Access access) {
    if (keys.none()) {
      return access == Access.VIEW
          ? new Admission("", Optional.empty())
          : Admission.refused(Problem.of(403, "no admin key is configured; set admin.key_env, admin.key_file or admin.keys"));
    }
    if (call.authorization().isEmpty()) {
      return Admission.refused(unauthorized("send Authorization: Bearer with an admin key"));
    }
    long wait = guesses.retryAfterSeconds(call.peer());
    if (wait > 0) {
      return Admission.refused(Problem.of(429, "too many wrong keys from this address; wait").with("Retry-After", Long.toString(wait)));
    }
    Optional<AdminKey> key = keys.bearer(call.authorization());
    if (key.isEmpty()) {
      guesses.failed(call.peer());
      return Admission.refused(unauthorized("this is no admin key"));
    }
    return access == Access.WRITE && key.get().role() != Role.WRITE
        ? Admission.refused(Problem.of(403, "this admin key may read but not change anything"))
        : new Admission(key.get().name(), Optional.empty());
  }

  private static HttpAnswer unauthorized(String detail) {
    return Problem.of(401, detail).with("WWW-Authenticate", "Bearer realm=\"sluice\"");
  }
}
