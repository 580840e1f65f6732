// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.plugin.protocol.Wire;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.apisix.plugin.runner.filter.PluginFilter;
import org.junit.jupiter.api.Test;

/** Many connections, and many calls that wait. */
class CrowdTest {
  private static final int CONNECTIONS = 10_000;
  private static final int PARKED = 2000;
  private static final long MAX_BYTES_PARKED = 8 << 10;

  @Test
  void tenThousandConnectionsAtOnce() throws Exception {
    PluginFilter pass = TestFilters.ours("pass", (request, response, chain) -> chain.filter(request, response));
    try (TestRunner runner = TestRunner.with(pass);
        TestGateway gateway = runner.connect()) {
      long token = gateway.prepare("k", "pass", "");
      long filesBefore = openFiles();
      // The kernel's backlog holds 4 096, so accepting races with the burst, and the code that accepts has never run before.
      Crowd crowd = flood(runner, token);
      TestRunner.await("every connection to end", () -> runner.counts.closed.get() == runner.counts.opened.get() - 1);
      System.out.printf("%d connections at once: %s; open files %d before, %d after; limit %d%n", CONNECTIONS, crowd, filesBefore, openFiles(), maxFiles());
      System.out.println(
          "figure: connections at once that failed | " + (CONNECTIONS - crowd.answered()) + " | = 0 | " + (crowd.answered() == CONNECTIONS ? "pass" : "short") + " | CrowdTest");
      assertThat(crowd).isEqualTo(new Crowd(CONNECTIONS, 0, CONNECTIONS));
      assertThat(openFiles()).isLessThanOrEqualTo(filesBefore + 2);
      assertThat(gateway.ask(Wire.call(1, token, "/")).action()).isEqualTo("NONE");
    }
  }

  /** What became of a crowd of connections. */
  record Crowd(int connected, int errors, int answered) {}

  /** In a process of its own: both ends together would need more files than one process may open. */
  private static Crowd flood(TestRunner runner, long token) throws Exception {
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                Flood.class.getName(),
                runner.socket.toString(),
                String.valueOf(CONNECTIONS),
                String.valueOf(token))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      List<Integer> numbers = lines.lines().findFirst().stream().flatMap(line -> Stream.of(line.split(" "))).map(Integer::valueOf).toList();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      return new Crowd(numbers.get(0), numbers.get(1), numbers.get(2));
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void aParkedCallHoldsLittle() throws Exception {
    ConcurrentLinkedQueue<Runnable> parked = new ConcurrentLinkedQueue<>();
    AtomicInteger gone = new AtomicInteger();
    PluginFilter parks =
        TestFilters.ours(
            "parks",
            (request, response, chain) -> {
              request.onDisconnect(gone::incrementAndGet);
              parked.add(() -> chain.filter(request, response));
            });
    String[] headers = {
      "host", "127.0.0.1:9080", "content-type", "application/json", "content-length", "86", "user-agent", "openai/1.0",
      "authorization", "Bearer sk-0123456789abcdef0123456789abcdef", "accept", "application/json", "x-a", "1", "x-b", "2"
    };
    try (TestRunner runner = TestRunner.with(parks)) {
      List<TestGateway> gateways = new ArrayList<>();
      long token;
      try (TestGateway first = runner.connect()) {
        token = first.prepare("k", "parks", "");
      }
      for (int i = 0; i < PARKED; i++) {
        gateways.add(runner.connect());
      }
      TestRunner.await("all to be accepted", () -> runner.counts.opened.get() == PARKED + 1);
      long before = usedBytes();
      for (int i = 0; i < PARKED; i++) {
        gateways.get(i).send(Wire.call(i, token, "/v1/chat/completions", headers));
      }
      TestRunner.await("all to be parked", () -> parked.size() == PARKED);
      long each = (usedBytes() - before) / PARKED;
      System.out.printf("%d parked calls: %d bytes of heap each (bound %d)%n", PARKED, each, MAX_BYTES_PARKED);
      assertThat(each).isBetween(1L, MAX_BYTES_PARKED);
      for (int i = 0; i < PARKED / 2; i++) {
        gateways.get(i).close();
      }
      TestRunner.await("those who left to be noticed", () -> gone.get() == PARKED / 2);
      parked.forEach(Runnable::run);
      for (int i = PARKED / 2; i < PARKED; i++) {
        assertThat(gateways.get(i).read().id()).isEqualTo(i);
        gateways.get(i).close();
      }
      assertThat(gone).hasValue(PARKED / 2);
    }
  }

  private static long usedBytes() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }
    return least;
  }

  private static long openFiles() {
    return unix().getOpenFileDescriptorCount();
  }

  private static long maxFiles() {
    return unix().getMaxFileDescriptorCount();
  }

  private static com.sun.management.UnixOperatingSystemMXBean unix() {
    OperatingSystemMXBean bean = ManagementFactory.getOperatingSystemMXBean();
    return (com.sun.management.UnixOperatingSystemMXBean) bean;
  }

  /** Connects as Nginx does, without blocking, so that a full backlog is an error; then calls once on each connection. */
  static final class Flood {
    private Flood() {}

    public static void main(String[] args) throws Exception {
      int wanted = Integer.parseInt(args[1]);
      long token = Long.parseLong(args[2]);
      List<SocketChannel> open = new ArrayList<>();
      int errors = 0;
      var address = UnixDomainSocketAddress.of(args[0]);
      for (int i = 0; i < wanted; i++) {
        var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.configureBlocking(false);
        try {
          if (!channel.connect(address)) {
            errors++;
          }
          open.add(channel);
        } catch (IOException e) {
          errors++;
        }
      }
      byte[] call = Wire.call(7, token, "/");
      int answered = 0;
      for (var channel : open) {
        channel.configureBlocking(true);
        channel.write(ByteBuffer.wrap(call));
      }
      for (var channel : open) {
        var header = ByteBuffer.allocate(4);
        while (header.hasRemaining() && channel.read(header) >= 0) {}
        answered += header.get(0) == 2 ? 1 : 0;
      }
      System.out.println(open.size() + " " + errors + " " + answered);
    }
  }
}
