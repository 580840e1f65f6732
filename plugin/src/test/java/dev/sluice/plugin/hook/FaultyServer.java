// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.hook;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** A server that does with each call what it was told to. Thread-safe. */
final class FaultyServer implements AutoCloseable {
  /** What happens once a request was read whole. */
  interface Act {
    void on(OutputStream out, CountDownLatch closed) throws IOException, InterruptedException;
  }

  private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final CountDownLatch closed = new CountDownLatch(1);
  private final List<String> heads = new CopyOnWriteArrayList<>();
  private final List<byte[]> bodies = new CopyOnWriteArrayList<>();
  private volatile Act act;

  FaultyServer(Act act) throws IOException {
    this.act = act;
    Thread.ofVirtual().start(this::accept);
  }

  static Act answer(int status, String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    return (out, closed) -> {
      out.write(("HTTP/1.1 " + status + " x\r\ncontent-length: " + bytes.length + "\r\nconnection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
      out.write(bytes);
    };
  }

  static Act raw(String text) {
    return (out, closed) -> out.write(text.getBytes(StandardCharsets.UTF_8));
  }

  void now(Act next) {
    act = next;
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + server.getLocalPort() + "/check");
  }

  List<String> heads() {
    return heads;
  }

  List<byte[]> bodies() {
    return bodies;
  }

  private void accept() {
    while (true) {
      try {
        Socket socket = server.accept();
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      InputStream in = socket.getInputStream();
      ByteArrayOutputStream head = new ByteArrayOutputStream();
      while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
        int b = in.read();
        if (b < 0) {
          return;
        }
        head.write(b);
      }
      String text = head.toString(StandardCharsets.ISO_8859_1);
      int length = Integer.parseInt(text.replaceAll("(?is).*\r\ncontent-length: *(\\d+).*", "$1"));
      byte[] body = in.readNBytes(length);
      heads.add(text);
      bodies.add(body);
      act.on(socket.getOutputStream(), closed);
      socket.getOutputStream().flush();
    } catch (IOException e) {
      // The caller left, which is what some of the tests are about.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() throws IOException {
    closed.countDown();
    server.close();
  }
}
