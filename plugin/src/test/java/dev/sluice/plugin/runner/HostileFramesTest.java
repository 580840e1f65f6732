// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.plugin.protocol.Captures;
import dev.sluice.plugin.protocol.Wire;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.apisix.plugin.runner.filter.PluginFilter;
import org.junit.jupiter.api.Test;

/** Frames with a few bytes changed, on real connections, while another connection is served. */
class HostileFramesTest {
  /** {@code -Dhostile.frames=1000000} is what is promised, a part of it what every build takes the time for. */
  private static final int FRAMES = Integer.getInteger("hostile.frames", 100_000);

  private static final int HEADER_CHANGE_IN = 5000;
  private static final int ATTACKERS = 2;
  private static final int MAX_SEED_FRAME_BYTES = 2048;
  private static final long SEED = Long.getLong("hostile.seed", 23_112_026);
  private static final int[] BOUNDARY_VALUES = {
    0, 1, 4, -1, -4, Integer.MAX_VALUE, Integer.MIN_VALUE, 0x7fff_fffc, 0xffff, 0x8000_0000, 16_384, 1 << 24
  };

  @Test
  void noFrameDoesHarm() throws Exception {
    System.out.println("hostile frames: seed " + SEED);
    PluginFilter pass = TestFilters.ours("pass", (request, response, chain) -> chain.filter(request, response));
    long start = System.nanoTime();
    try (TestRunner runner = TestRunner.with(pass);
        TestGateway gateway = runner.connect()) {
      long token = gateway.prepare("k", "pass", "");
      AtomicInteger sent = new AtomicInteger();
      List<byte[]> seeds = seeds(token);
      List<CompletableFuture<Void>> attackers = new ArrayList<>();
      for (int i = 0; i < ATTACKERS; i++) {
        SplittableRandom random = new SplittableRandom(SEED + i);
        attackers.add(CompletableFuture.runAsync(() -> attack(runner, seeds, random, sent), Thread::startVirtualThread));
      }
      CompletableFuture<Void> all = CompletableFuture.allOf(attackers.toArray(CompletableFuture[]::new));
      int served = 0;
      long slowestNanos = 0;
      while (!all.isDone()) {
        long asked = System.nanoTime();
        assertThat(gateway.ask(Wire.call(served, token, "/")).id()).isEqualTo(served);
        slowestNanos = Math.max(slowestNanos, System.nanoTime() - asked);
        served++;
      }
      all.join();
      TestRunner.await("every call to end", () -> runner.server.openCalls() == 0);
      System.out.printf(
          "hostile frames: %d sent, %d malformed, in %.1f s; meanwhile %d calls served, slowest %.1f ms%n",
          sent.get(),
          runner.counts.malformed.get(),
          (System.nanoTime() - start) / 1e9,
          served,
          slowestNanos / 1e6);
      System.out.println("figure: hostile frames without harm | " + sent.get() + " | >= " + FRAMES + " | " + (sent.get() >= FRAMES ? "pass" : "short") + " | HostileFramesTest");
      assertThat(runner.counts.malformed.get()).isGreaterThan(FRAMES / 10);
      assertThat(served).isGreaterThan(100);
    }
  }

  private static List<byte[]> seeds(long token) {
    List<byte[]> seeds = new ArrayList<>();
    Captures.all().forEach(capture -> capture.sent().forEach(sent -> seeds.add(sent.frame())));
    // An answer that nobody asked for closes the connection: a change of the type byte below makes enough of those.
    seeds.removeIf(frame -> frame.length > MAX_SEED_FRAME_BYTES || frame[0] == 3);
    seeds.add(Wire.call(1, token, "/v1/chat/completions", "host", "h", "authorization", "Bearer x"));
    seeds.add(Wire.respCall(1, token, 200, "server", "x"));
    seeds.add(Wire.prepare("k", "pass", ""));
    return seeds;
  }

  /** Writes mutated frames and lets the replies pile up in the runner's hands; a closed connection is opened again. */
  private static void attack(TestRunner runner, List<byte[]> seeds, SplittableRandom random, AtomicInteger sent) {
    ByteBuffer out = ByteBuffer.allocate(1 << 16);
    ByteBuffer in = ByteBuffer.allocate(1 << 16);
    int left = FRAMES / ATTACKERS;
    while (left > 0) {
      try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(runner.socket))) {
        channel.configureBlocking(false);
        boolean open = true;
        while (open && left > 0) {
          out.clear();
          while (left > 0 && out.remaining() > MAX_SEED_FRAME_BYTES + 8) {
            out.put(mutated(seeds.get(random.nextInt(seeds.size())), random));
            left--;
            sent.incrementAndGet();
          }
          open = push(channel, out.flip(), in);
        }
      } catch (IOException e) {
        // the runner closed this connection; the rest goes over the next one
      }
    }
  }

  private static boolean push(SocketChannel channel, ByteBuffer out, ByteBuffer in) throws IOException {
    while (out.hasRemaining()) {
      int read = channel.read(in.clear());
      if (read < 0) {
        return false;
      }
      if (channel.write(out) == 0 && read == 0) {
        Thread.yield();
      }
    }
    return true;
  }

  /** Changes a few bytes of the payload, and in one of a hundred frames of the header. */
  private static byte[] mutated(byte[] seed, SplittableRandom random) {
    byte[] frame = seed.clone();
    int changes = random.nextInt(1, 5);
    for (int i = 0; i < changes && frame.length > 8; i++) {
      int at = random.nextInt(4, frame.length - 3);
      if (random.nextBoolean()) {
        frame[at] = (byte) random.nextInt();
      } else {
        int value = BOUNDARY_VALUES[random.nextInt(BOUNDARY_VALUES.length)];
        ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
      }
    }
    if (random.nextInt(HEADER_CHANGE_IN) == 0) {
      frame[random.nextInt(4)] = (byte) random.nextInt();
    }
    return frame;
  }
}
