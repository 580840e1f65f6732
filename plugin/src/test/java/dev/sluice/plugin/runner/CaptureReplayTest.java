// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.plugin.filter.FetchedBody;
import dev.sluice.plugin.filter.FilterRegistry;
import dev.sluice.plugin.filter.RunnerRequest;
import dev.sluice.plugin.protocol.Captures;
import dev.sluice.plugin.protocol.Captures.Capture;
import dev.sluice.plugin.protocol.MemoryAllowance;
import dev.sluice.plugin.protocol.Wire;
import dev.sluice.plugin.runner.TestFilters.Body;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** Every recorded conversation through a whole connection, in one piece and in any two. */
class CaptureReplayTest {
  /** The token that the recording runner gave out. */
  private static final int RECORDED_TOKEN = 42;

  // the decoder's own test cuts long streams more often
  private static final int EDGE_BYTES = 2048;
  private static final int SAMPLES = 200;
  private static final long SEED = 7_112_026;

  static List<Capture> captures() {
    return Captures.all();
  }

  @ParameterizedTest
  @MethodSource("captures")
  void theConversationIsTheSameWhereverItIsCut(Capture capture) {
    byte[] stream = capture.stream();
    List<String> whole = replay(capture, List.of(stream));
    long requests = capture.sent().stream().filter(sent -> sent.type() != 3).count();
    boolean unanswered = capture.name().equals("huge-body-17m.rpc");
    assertThat(whole).filteredOn(frame -> !frame.startsWith("3 ")).hasSize(unanswered ? 0 : (int) requests);
    assertThat(whole).noneMatch(frame -> frame.startsWith("0 "));
    for (int cut : cuts(stream.length)) {
      List<byte[]> parts = List.of(Arrays.copyOf(stream, cut), Arrays.copyOfRange(stream, cut, stream.length));
      assertThat(replay(capture, parts)).as("%s cut at %d (seed %d)", capture, cut, SEED).isEqualTo(whole);
    }
  }

  @Test
  void aRequestArrivesAsTheGatewaySentIt() {
    List<String> seen = new ArrayList<>();
    Body body =
        (request, response, chain) -> {
          seen.add(request.getMethod() + " " + request.getPath() + " from " + request.getSourceIP());
          seen.add("x-a " + request.headers().all("X-A") + " args " + request.arguments().all("a"));
          chain.filter(request, response);
        };
    EmbeddedChannel channel = channel(body);
    channel.writeInbound(Unpooled.wrappedBuffer(Captures.named("dup-headers.rpc").sent().get(0).frame()));
    assertThat(seen.get(0)).startsWith("POST /v1/").endsWith("from 127.0.0.1");
    assertThat(seen.get(1)).contains("1").contains("2");
    channel.close();
  }

  @Test
  void bodiesArriveByteForByte() {
    for (String name : List.of("big-body-300k.rpc", "binary-body.rpc", "gzip-body.rpc", "utf8-body.rpc")) {
      Capture capture = Captures.named(name);
      List<byte[]> bodies = new ArrayList<>();
      EmbeddedChannel channel = channel((request, response, chain) -> fetch(request, bodies));
      capture.sent().forEach(sent -> channel.writeInbound(Unpooled.wrappedBuffer(sent.frame())));
      byte[] payload = capture.sent().get(1).payload();
      int start = 24; // root, vtable and table, then the vector's length
      assertThat(bodies).as(name).hasSize(1);
      assertThat(Arrays.copyOfRange(payload, start, start + bodies.get(0).length)).isEqualTo(bodies.get(0));
      channel.close();
    }
  }

  private static void fetch(RunnerRequest request, List<byte[]> bodies) {
    request.fetchBody(1 << 24, body -> bodies.add(((FetchedBody.Present) body).bytes()));
  }

  /** Asks as often as the recording runner did, then rewrites. */
  private static List<String> replay(Capture capture, List<byte[]> parts) {
    long questions = capture.sent().stream().filter(sent -> sent.type() == 3).count();
    boolean asksInVain = capture.name().equals("huge-body-17m.rpc");
    AtomicInteger left = new AtomicInteger((int) (asksInVain ? 1 : questions));
    Body body = (request, response, chain) -> askAll(left, request, () -> chain.filter(request, response));
    EmbeddedChannel channel = channel(body);
    List<String> frames = new ArrayList<>();
    for (byte[] part : parts) {
      channel.writeInbound(Unpooled.wrappedBuffer(part));
    }
    for (ByteBuf frame = channel.readOutbound(); frame != null; frame = channel.readOutbound()) {
      byte[] bytes = new byte[frame.readableBytes()];
      frame.readBytes(bytes);
      frame.release();
      frames.add(bytes[0] + " " + HexFormat.of().formatHex(bytes));
    }
    assertThat(channel.isOpen()).as("%s stays open", capture).isTrue();
    channel.close();
    channel.checkException();
    return frames;
  }

  private static void askAll(AtomicInteger left, RunnerRequest request, Runnable then) {
    if (left.getAndDecrement() <= 0) {
      then.run();
    } else {
      request.fetchBody(1 << 24, fetched -> askAll(left, request, then));
    }
  }

  private static EmbeddedChannel channel(Body body) {
    FilterRegistry filters =
        FilterRegistry.builder()
            .add(TestFilters.ours("ai-token-router", (request, response, chain) -> chain.filter(request, response)))
            .add(TestFilters.ours("ai-scheduler", body))
            .build();
    ConfRegistry confs =
        new ConfRegistry(ConfRegistry.Bounds.of(Duration.ofHours(1)), filters::route, RECORDED_TOKEN, 0);
    RunnerScope scope =
        new RunnerScope(
            confs,
            TestRunner.ANSWERS,
            RunnerListener.NONE,
            new QuietLog(LoggerFactory.getLogger(CaptureReplayTest.class), () -> 0),
            Runnable::run,
            () -> 0,
            new MemoryAllowance(1 << 25),
            new OpenCalls());
    EmbeddedChannel channel = new EmbeddedChannel();
    channel
        .pipeline()
        .addLast(new Connection(channel, scope, new DeadlineQueue(channel.eventLoop(), () -> 0, Duration.ofSeconds(55))));
    channel.writeInbound(Unpooled.wrappedBuffer(Wire.prepare("recorded", "ai-scheduler", "{}")));
    ByteBuf token = channel.readOutbound();
    assertThat(token.readableBytes()).isPositive();
    token.release();
    return channel;
  }

  private static Iterable<Integer> cuts(int length) {
    TreeSet<Integer> cuts = new TreeSet<>();
    SplittableRandom random = new SplittableRandom(SEED);
    for (int cut = 1; cut < length; cut++) {
      if (cut <= EDGE_BYTES || cut >= length - EDGE_BYTES) {
        cuts.add(cut);
      }
    }
    for (int i = 0; i < SAMPLES && length > 2 * EDGE_BYTES; i++) {
      cuts.add(random.nextInt(EDGE_BYTES, length - EDGE_BYTES));
    }
    return cuts;
  }
}
