// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.gateway;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A client that writes its bytes itself, so that a test decides every header. Not thread-safe. */
final class RawClient implements AutoCloseable {
  private final Socket socket;

  RawClient(int port) throws IOException {
    socket = new Socket();
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5000);
    socket.setSoTimeout(15000);
  }

  /** An answer, its body with chunk framing taken off. */
  record Answer(int status, List<String> headers, String body) {
    List<String> values(String name) {
      String prefix = name.toLowerCase(Locale.ROOT) + ":";
      return headers.stream()
          .filter(h -> h.toLowerCase(Locale.ROOT).startsWith(prefix))
          .map(h -> h.substring(prefix.length()).strip())
          .toList();
    }
  }

  RawClient send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  static String post(String path, String body, String... headers) {
    StringBuilder out = new StringBuilder("POST " + path + " HTTP/1.1\r\nHost: 127.0.0.1:9080\r\n");
    for (String header : headers) {
      out.append(header).append("\r\n");
    }
    return out.append("Content-Length: ").append(body.getBytes(StandardCharsets.UTF_8).length).append("\r\n\r\n")
        .append(body).toString();
  }

  String readLine() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    InputStream in = socket.getInputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new IOException("closed after: " + line);
      }
      if (b != '\r') {
        line.write(b);
      }
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  Answer answer() throws IOException {
    String status = readLine();
    List<String> headers = new ArrayList<>();
    for (String line = readLine(); !line.isEmpty(); line = readLine()) {
      headers.add(line);
    }
    Answer head = new Answer(Integer.parseInt(status.split(" ")[1]), headers, "");
    if (head.status() == 100) {
      return answer();
    }
    StringBuilder body = new StringBuilder();
    if (head.values("transfer-encoding").contains("chunked")) {
      for (int size = Integer.parseInt(readLine(), 16); size > 0; size = Integer.parseInt(readLine(), 16)) {
        body.append(readBytes(size));
        readLine();
      }
      readLine();
    } else if (!head.values("content-length").isEmpty()) {
      body.append(readBytes(Integer.parseInt(head.values("content-length").getFirst())));
    }
    return new Answer(head.status(), headers, body.toString());
  }

  private String readBytes(int count) throws IOException {
    return new String(socket.getInputStream().readNBytes(count), StandardCharsets.UTF_8);
  }

  /** Whether the server closes the connection, within the read timeout. */
  boolean closedByServer() throws IOException {
    return socket.getInputStream().read() < 0;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
