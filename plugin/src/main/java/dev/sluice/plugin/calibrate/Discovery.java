// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.calibrate;

import dev.sluice.plugin.calibrate.Endpoint.Target;
import dev.sluice.plugin.calibrate.Profile.Shape;
import dev.sluice.plugin.calibrate.Sample.Ending;
import dev.sluice.routing.config.Secret;
import dev.sluice.scheduler.Ticker;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.MissingNode;

/** Finds out how an endpoint is to be addressed and asked, with a few small requests. Immutable. */
final class Discovery {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CHAT = "/chat/completions";
  private static final Shape SMALL = new Shape(16, 4);
  private static final int SHOWN_MODELS = 5;

  private Discovery() {}

  /**
   * What was found.
   *
   * @param contextTokens of the model, if the endpoint tells
   */
  record Found(Endpoint endpoint, OptionalLong contextTokens) {}

  /**
   * The address of chat completions behind a URL: the URL itself if it ends in {@code /chat/completions}, else that below it, {@code /v1} being
   * put between where the URL has no path.
   *
   * @throws IllegalArgumentException saying what is wrong with the URL
   */
  static URI chat(String url) {
    URI uri = URI.create(url);
    boolean web = "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
    if (!web || uri.getHost() == null) {
      throw new IllegalArgumentException("URL: expected http:// or https:// and a host, such as http://127.0.0.1:8000/v1");
    }
    if (uri.getRawUserInfo() != null || uri.getRawQuery() != null || uri.getRawFragment() != null) {
      throw new IllegalArgumentException("URL: expected no user, query or fragment; --key-env or --key-file names where the key is");
    }
    String path = uri.getRawPath() == null ? "" : uri.getRawPath().replaceAll("/+$", "");
    return uri.resolve(path.endsWith(CHAT) ? path : (path.isEmpty() ? "/v1" : path) + CHAT);
  }

  /** Settles the model, the context window and the wording; the message of the exception says what to do. */
  static Found find(URI chat, Optional<String> model, Optional<Secret> key, Duration timeout, Answers answers, Ticker ticker)
      throws IOException, InterruptedException {
    HttpClient client = Endpoint.client();
    JsonNode listed = models(client, chat, key, timeout);
    String name = model.isPresent() ? model.get() : only(listed);
    OptionalLong context = listed.valueStream()
        .filter(entry -> entry.path("id").asString("").equals(name) && entry.path("max_model_len").isIntegralNumber())
        .mapToLong(entry -> entry.path("max_model_len").asLong())
        .findFirst();
    String failure = "";
    for (Wording wording : Wording.all()) {
      var endpoint = new Endpoint(client, new Target(chat, name, key, timeout), wording, ticker);
      Ending ending = endpoint.ask(0, SMALL, answers != Answers.JSON).ending();
      switch (ending) {
        case Ending.Answered answered -> {
          return new Found(endpoint, context);
        }
        case Ending.Throttled throttled -> throw new IOException("the endpoint sends even a single request away (HTTP 429 or 503); try again when it is idle");
        case Ending.Failed failed -> failure = failure.isEmpty() ? failed.what() : failure;
      }
      if (!failure.startsWith("HTTP 400") && !failure.startsWith("HTTP 422")) {
        break; // another wording would not help
      }
    }
    throw new IOException("a small request was not answered: " + failure + advice(failure));
  }

  private static String advice(String failure) {
    if (failure.startsWith("HTTP 401") || failure.startsWith("HTTP 403")) {
      return "; --key-env or --key-file names where the key is";
    }
    if (failure.startsWith("HTTP 404") || failure.startsWith("HTTP 405")) {
      return "; check the URL and --model";
    }
    return failure.startsWith("HTTP 3") ? "; redirects are not followed, give the address itself" : "";
  }

  /** The models that the endpoint lists; none if it lists none. */
  private static JsonNode models(HttpClient client, URI chat, Optional<Secret> key, Duration timeout) throws IOException, InterruptedException {
    URI address = chat.resolve(chat.getRawPath().substring(0, chat.getRawPath().length() - CHAT.length()) + "/models");
    try {
      HttpResponse<String> response = client.send(Endpoint.request(address, key, timeout).build(), BodyHandlers.ofString());
      return response.statusCode() == 200 ? JSON.readTree(response.body()).path("data") : MissingNode.getInstance();
    } catch (JacksonException e) {
      return MissingNode.getInstance();
    } catch (ConnectException | HttpConnectTimeoutException e) {
      throw new IOException("nothing answers at " + chat.getAuthority(), e);
    }
  }

  private static String only(JsonNode listed) throws IOException {
    if (listed.size() == 1) {
      return listed.path(0).path("id").asString("");
    }
    String some = listed.valueStream().limit(SHOWN_MODELS).map(entry -> entry.path("id").asString("")).collect(Collectors.joining(", "));
    throw new IOException(
        listed.isEmpty() ? "the endpoint lists no models; --model names the one to measure" : "the endpoint has several models; --model names the one to measure, such as " + some);
  }
}
