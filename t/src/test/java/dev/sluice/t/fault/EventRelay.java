// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.fault;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.t.stack.Http;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import tools.jackson.databind.json.JsonMapper;

/**
 * Stands between the gateway and the runner's events port and does to each event what a {@link Treatment} says; the gateway is
 * always told that its event arrived. Thread-safe.
 */
final class EventRelay implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();

  /** Decides what happens to an event. Called by one thread at a time. */
  interface Treatment {
    /** Handles one event, the JSON object that the gateway sent; {@code lease} is the lease that it names. */
    void handle(String event, String lease);
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private volatile Optional<Target> target = Optional.empty();
  /** The leases whose event was here. A gateway whose post timed out on a busy machine posts it again; that is none of these tests' faults. */
  private final Set<String> treated = new HashSet<>();
  private volatile Treatment treatment = (event, lease) -> post(event);

  private record Target(URI uri, String secret) {}

  private EventRelay(HttpServer server) {
    this.server = server;
  }

  /** Starts a relay that passes every event on once it {@linkplain #leadsTo knows} where to. */
  static EventRelay start() {
    try {
      EventRelay relay = new EventRelay(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4096));
      relay.server.setExecutor(relay.threads);
      relay.server.createContext("/", relay::receive);
      relay.server.start();
      return relay;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where the gateway sends its events. */
  URI uri() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1/events");
  }

  void leadsTo(URI events, String secret) {
    target = Optional.of(new Target(events, secret));
  }

  void treat(Treatment next) {
    treatment = next;
  }

  /** Posts an event, or an array of them, to the runner with the right secret; tells the status. */
  int post(String events) {
    return post(events, Optional.of("Bearer " + target.orElseThrow().secret()));
  }

  /** Posts to the runner with any credential or none. */
  int post(String events, Optional<String> authorization) {
    HttpRequest.Builder request = HttpRequest.newBuilder(target.orElseThrow().uri()).POST(HttpRequest.BodyPublishers.ofString(events));
    authorization.ifPresent(value -> request.header("authorization", value));
    HttpResponse<String> answer = Http.send(request.build());
    return answer.statusCode();
  }

  /** An array of events, as a gateway that batches sends it. */
  static String array(List<String> events) {
    return "[" + String.join(",", events) + "]";
  }

  private void receive(HttpExchange exchange) throws IOException {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, -1);
      List<String> events = new ArrayList<>();
      var root = JSON.readTree(body);
      if (root.isArray()) {
        root.values().forEach(event -> events.add(event.toString()));
      } else {
        events.add(body);
      }
      for (String event : events) {
        String lease = JSON.readTree(event).path("lease").asString("");
        synchronizedTreatment(event, lease);
      }
    }
  }

  private synchronized void synchronizedTreatment(String event, String lease) {
    if (!lease.isEmpty() && treated.add(lease)) {
      treatment.handle(event, lease);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
