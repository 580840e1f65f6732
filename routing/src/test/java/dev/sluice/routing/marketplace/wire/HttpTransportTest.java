// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.routing.config.Secret;
import dev.sluice.routing.marketplace.wire.Transport.Answer;
import dev.sluice.routing.marketplace.wire.Transport.Trouble;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Over a raw server on loopback that answers whatever it likes. */
class HttpTransportTest {
  private final List<String> seen = new CopyOnWriteArrayList<>();
  private ServerSocket server;
  private HttpTransport transport;
  private volatile Reply reply = out -> {};

  private interface Reply {
    void to(OutputStream out) throws IOException;
  }

  @BeforeEach
  void start() throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::serve);
    transport = new HttpTransport(URI.create("http://127.0.0.1:" + server.getLocalPort() + "/"), Secret.of("market-key"));
  }

  @AfterEach
  void stop() throws IOException {
    transport.close();
    server.close();
  }

  private void serve() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        Thread.ofVirtual().start(() -> answer(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void answer(Socket socket) {
    try (socket) {
      byte[] buffer = new byte[65_536];
      int read = socket.getInputStream().read(buffer);
      seen.add(new String(buffer, 0, Math.max(0, read), StandardCharsets.UTF_8));
      reply.to(socket.getOutputStream());
    } catch (IOException e) {
      // The caller gave up, as some of these tests want.
    }
  }

  private Answer call(Duration deadline) throws InterruptedException {
    return transport.send(new Transport.Call("/v1/marketplace/quote", Optional.of("{}".getBytes(StandardCharsets.UTF_8)), deadline));
  }

  private static void text(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  @Test
  void sendsTheKeyAndNothingAboutItself() throws Exception {
    reply = out -> text(out, "HTTP/1.1 429 Slow\r\nretry-after: 7\r\ncontent-length: 2\r\n\r\n{}");
    assertThat(call(Duration.ofSeconds(5))).isEqualTo(new Answer.Answered(429, "{}", OptionalLong.of(7)));
    assertThat(seen.getFirst()).startsWith("POST /v1/marketplace/quote HTTP/1.1\r\n").contains("Bearer market-key", "user-agent: sluice").doesNotContainIgnoringCase("java", "upgrade");
    assertThat(transport.toString()).doesNotContain("market-key");
  }

  @Test
  void followsNoRedirect() throws Exception {
    reply = out -> text(out, "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:" + server.getLocalPort() + "/elsewhere\r\ncontent-length: 0\r\n\r\n");
    assertThat(call(Duration.ofSeconds(5))).isEqualTo(new Answer.Answered(302, "", OptionalLong.empty()));
    assertThat(seen).hasSize(1);
  }

  @Test
  void givesUpAnswersWithoutEnd() throws Exception {
    byte[] chunk = ("10000\r\n" + "x".repeat(65_536) + "\r\n").getBytes(StandardCharsets.UTF_8);
    reply =
        out -> {
          text(out, "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
          while (true) {
            out.write(chunk);
          }
        };
    assertThat(call(Duration.ofSeconds(20))).isEqualTo(new Answer.Failed(Trouble.TOO_LARGE));
  }

  @Test
  void givesUpAnswersThatTrickle() throws Exception {
    reply =
        out -> {
          text(out, "HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n");
          for (int i = 0; i < 1_000; i++) {
            text(out, " ");
            LockSupport.parkNanos(20_000_000);
          }
        };
    assertThat(call(Duration.ofMillis(300))).isEqualTo(new Answer.Failed(Trouble.TIMEOUT));
  }

  @Test
  void saysWhereThereIsNobodyOrNoAnswer() throws Exception {
    reply = out -> text(out, "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf");
    assertThat(call(Duration.ofSeconds(5))).isEqualTo(new Answer.Failed(Trouble.CONNECTION));
    reply = out -> LockSupport.parkNanos(2_000_000_000L);
    assertThat(call(Duration.ofMillis(200))).isEqualTo(new Answer.Failed(Trouble.TIMEOUT));
    server.close();
    assertThat(call(Duration.ofSeconds(5))).isEqualTo(new Answer.Failed(Trouble.CONNECTION));
  }

  @Test
  void inflatesNothing() throws Exception {
    reply = out -> text(out, "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\n\u001f??");
    assertThat(call(Duration.ofSeconds(5))).isInstanceOf(Answer.Answered.class);
    assertThat(seen.getFirst()).doesNotContainIgnoringCase("accept-encoding");
  }
}
