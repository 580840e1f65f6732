// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.stack;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A chat completion on a connection of its own, which the caller may cut at any moment. Not thread-safe, except that
 * {@link #close} may be called from anywhere.
 */
public final class RawCall implements AutoCloseable {
  /** The request header that names a call at the provider. */
  public static final String ID = "x-test-id";

  private static final int PATIENCE_MILLIS = 58_000;

  private final Socket socket;
  private final InputStream in;

  private RawCall(Socket socket) throws IOException {
    this.socket = socket;
    this.in = socket.getInputStream();
  }

  /**
   * What is asked for.
   *
   * @param id travels to the provider in {@link #ID}
   * @param maxTokens both the limit and what the provider produces
   */
  public record Ask(String account, String id, int maxTokens, boolean stream) {}

  /**
   * An answer.
   *
   * @param headers by lower-case name
   * @param body as it came, chunk sizes included; empty for {@link #head}
   * @param atNanos when its status line had arrived
   */
  public record Answer(int status, Map<String, String> headers, String body, long atNanos) {}

  /** Sends the request without waiting for anything. */
  public static RawCall send(Stack stack, Ask ask) {
    String body =
        "{\"model\":\"" + StackPlan.MODEL + "\",\"max_tokens\":" + ask.maxTokens() + ",\"stream\":" + ask.stream()
            + ",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}";
    String request =
        "POST /v1/chat/completions HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\nContent-Type: application/json\r\nAuthorization: Bearer "
            + stack.key(ask.account()) + "\r\n" + ID + ": " + ask.id() + "\r\nx-sim-output: " + ask.maxTokens()
            + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    Socket socket = new Socket();
    try {
      socket.connect(new InetSocketAddress(stack.gateway().getHost(), stack.gateway().getPort()), 5_000);
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new RawCall(socket);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot send " + ask, e);
    }
  }

  /** Waits for the status line and the headers. */
  public Answer head() {
    try {
      String statusLine = line();
      long atNanos = System.nanoTime();
      Map<String, String> headers = new TreeMap<>();
      for (String line = line(); !line.isEmpty(); line = line()) {
        int colon = line.indexOf(':');
        headers.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
      }
      return new Answer(Integer.parseInt(statusLine.split(" ", 3)[1]), headers, "", atNanos);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits for the whole answer, then hangs up as clients do: until then nginx takes the request for unfinished. */
  public Answer answer() {
    Answer head = head();
    try (socket) {
      String body = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return new Answer(head.status(), head.headers(), body, head.atNanos());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new IOException("the connection ended after: " + line);
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  /** Hangs up. */
  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
