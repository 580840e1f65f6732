// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.market;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A running marketplace. Thread-safe. */
public final class MarketSimulator implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int MAX_HEAD_BYTES = 64 << 10;

  private final ServerSocket server;
  private final String key;
  private final ReentrantLock lock = new ReentrantLock();

  // Everything below is guarded by the lock.

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private final List<Call> calls = new ArrayList<>();

  private final Map<String, JsonNode> reports = new LinkedHashMap<>();

  private final List<Supply> supplies = new ArrayList<>();

  private final Deque<Failure> script = new ArrayDeque<>();

  private Optional<Failure> always = Optional.empty();

  private long quotes;

  /** One request as it was read. */
  public record Call(String method, String target, String head, String body) {}

  /**
   * What is on offer.
   *
   * @param token what the supplier wants to see
   */
  public record Supply(String id, String endpoint, String model, String region, String price, String token) {}

  /** What goes wrong with a call. */
  public sealed interface Failure {
    /** A status without a use. */
    record Status(int status) implements Failure {}

    /** No answer at all; the connection stays open. */
    record Hang() implements Failure {}

    /** The connection is closed instead of an answer. */
    record Close() implements Failure {}

    /** An answer of so many bytes that mean nothing. */
    record Huge(long answerBytes) implements Failure {}

    /** Bytes that are no answer of the API. */
    record Garbage() implements Failure {}
  }

  private MarketSimulator(ServerSocket server, String key) {
    this.server = server;
    this.key = key;
  }

  /** Starts on a free port of loopback; {@code key} is what callers must present. */
  public static MarketSimulator start(String key) throws IOException {
    MarketSimulator simulator = new MarketSimulator(new ServerSocket(0, 100, InetAddress.getLoopbackAddress()), key);
    Thread.ofVirtual().name("market").start(simulator::serve);
    return simulator;
  }

  /** Where it listens. */
  public URI url() {
    return URI.create("http://127.0.0.1:" + server.getLocalPort());
  }

  /** Puts a supply on offer. */
  public void offer(Supply supply) {
    locked(() -> supplies.add(supply));
  }

  /** Fails the next calls so, one each. */
  public void script(Failure failure, int times) {
    locked(
        () -> {
          for (int i = 0; i < times; i++) {
            script.add(failure);
          }
        });
  }

  /** Fails every call so, until told otherwise. */
  public void always(Optional<Failure> failure) {
    locked(() -> always = failure);
  }

  /** Every byte that was received, in the order of arrival, as ISO 8859-1. */
  public String received() {
    lock.lock();
    try {
      return bytes.toString(StandardCharsets.ISO_8859_1);
    } finally {
      lock.unlock();
    }
  }

  /** Calls whose path ends so. */
  public List<Call> calls(String ending) {
    lock.lock();
    try {
      return calls.stream().filter(call -> call.target().split("\\?", 2)[0].endsWith(ending)).toList();
    } finally {
      lock.unlock();
    }
  }

  /** Reports of use by request, repeats counted once. */
  public Map<String, JsonNode> reports() {
    lock.lock();
    try {
      return Map.copyOf(reports);
    } finally {
      lock.unlock();
    }
  }

  private void locked(Runnable change) {
    lock.lock();
    try {
      change.run();
    } finally {
      lock.unlock();
    }
  }

  private void serve() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        Thread.ofVirtual().start(() -> converse(socket));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void converse(Socket socket) {
    try (socket) {
      InputStream in = socket.getInputStream();
      while (true) {
        Optional<Call> call = read(in);
        if (call.isEmpty() || !answer(call.get(), socket.getOutputStream())) {
          return;
        }
      }
    } catch (IOException e) {
      // The caller left.
    }
  }

  private Optional<Call> read(InputStream in) throws IOException {
    var head = new ByteArrayOutputStream();
    while (!ended(head.toByteArray())) {
      int next = head.size() > MAX_HEAD_BYTES ? -1 : in.read();
      if (next < 0) {
        keep(head.toByteArray());
        return Optional.empty();
      }
      head.write(next);
    }
    String text = head.toString(StandardCharsets.ISO_8859_1);
    byte[] body = in.readNBytes(length(text));
    keep(head.toByteArray());
    keep(body);
    String[] line = text.split("\r\n", 2)[0].split(" ", -1);
    return Optional.of(new Call(line[0], line.length > 1 ? line[1] : "", text, new String(body, StandardCharsets.UTF_8)));
  }

  private static boolean ended(byte[] head) {
    int n = head.length;
    return n >= 4 && head[n - 4] == '\r' && head[n - 3] == '\n' && head[n - 2] == '\r' && head[n - 1] == '\n';
  }

  private static int length(String head) {
    for (String header : head.split("\r\n", -1)) {
      if (header.regionMatches(true, 0, "content-length:", 0, 15)) {
        return Integer.parseInt(header.substring(15).strip());
      }
    }
    return 0;
  }

  private void keep(byte[] read) {
    locked(() -> bytes.writeBytes(read));
  }

  /** Answers; false if the connection is over. */
  private boolean answer(Call call, OutputStream out) throws IOException {
    Optional<Failure> failure;
    lock.lock();
    try {
      calls.add(call);
      failure = Optional.ofNullable(script.poll()).or(() -> always);
    } finally {
      lock.unlock();
    }
    if (failure.isPresent()) {
      return fail(failure.get(), out);
    }
    if (!call.head().contains("Bearer " + key)) {
      return reply(out, 401, "{}");
    }
    String path = call.target().split("\\?", 2)[0];
    return switch (path) {
      case "/v1/marketplace/supplies" -> reply(out, 200, listed(call.target()));
      case "/v1/marketplace/quote" -> quote(call, out);
      case "/v1/marketplace/usage" -> usage(call, out);
      default -> reply(out, 404, "{}");
    };
  }

  private boolean fail(Failure failure, OutputStream out) throws IOException {
    return switch (failure) {
      case Failure.Status status -> reply(out, status.status(), "{}");
      case Failure.Hang hang -> {
        while (!server.isClosed()) {
          LockSupport.parkNanos(50_000_000);
        }
        yield false;
      }
      case Failure.Close close -> false;
      case Failure.Garbage garbage -> reply(out, 200, "<html>not found</html>");
      case Failure.Huge huge -> {
        out.write("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
        byte[] block = new byte[64 << 10];
        for (long left = huge.answerBytes(); left > 0; left -= block.length) {
          out.write(block);
        }
        yield false;
      }
    };
  }

  private String listed(String target) {
    var list = new StringBuilder();
    lock.lock();
    try {
      for (Supply supply : supplies) {
        if (("&" + target.split("\\?", 2)[1] + "&").contains("model=" + supply.model() + "&")) {
          list.append(list.isEmpty() ? "" : ",").append(json(supply));
        }
      }
    } finally {
      lock.unlock();
    }
    return "{\"supplies\":[" + list + "]}";
  }

  private static String json(Supply supply) {
    return """
        {"supply_id":"%s","endpoint":"%s","model":"%s","region":"%s","price_per_mtoken":{"input":"%s","output":"%s"},
         "p99_latency_ms":300,"throughput_tps":50000,"availability":0.999,"max_context_tokens":100000}"""
        .formatted(supply.id(), supply.endpoint(), supply.model(), supply.region(), supply.price(), supply.price());
  }

  private boolean quote(Call call, OutputStream out) throws IOException {
    String wanted = JSON.readTree(call.body()).path("supply_id").asString("");
    Optional<Supply> found;
    long number;
    lock.lock();
    try {
      found = supplies.stream().filter(supply -> supply.id().equals(wanted)).findFirst();
      number = ++quotes;
    } finally {
      lock.unlock();
    }
    return found.isEmpty()
        ? reply(out, 409, "{}")
        : reply(
            out,
            200,
            "{\"quote_id\":\"quote-%d\",\"signed_token\":\"%s\",\"price_per_mtoken\":{\"input\":\"%s\",\"output\":\"%s\"},\"start_within_sec\":60,\"exec_timeout_sec\":900}"
                .formatted(number, found.get().token(), found.get().price(), found.get().price()));
  }

  private boolean usage(Call call, OutputStream out) throws IOException {
    JsonNode report = JSON.readTree(call.body());
    locked(() -> reports.putIfAbsent(report.path("request_id").asString(""), report));
    return reply(out, 200, "{\"accepted\":true}");
  }

  private static boolean reply(OutputStream out, int status, String body) throws IOException {
    byte[] text = body.getBytes(StandardCharsets.UTF_8);
    out.write(("HTTP/1.1 " + status + " Answer\r\ncontent-type: application/json\r\ncontent-length: " + text.length + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
    out.write(text);
    out.flush();
    return true;
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
