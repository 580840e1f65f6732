// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.sluice.routing.servers.Measured;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Bodies meant to cost more than they weigh: time in proportion to bytes, memory bounded, an answer always. */
class HostileBodiesTest {
  private static final PromptReader READER = new PromptReader(ReadLimits.DEFAULT);
  private static final BodyRewriter REWRITER = new BodyRewriter(ReadLimits.DEFAULT);
  private static final int KIB_100 = 100 * 1024;
  private static final double MAX_MILLIS_PER_100_KIB = 5;
  private static final String HEAD = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"";
  private static final String TAIL = "\"}]}";

  record Shape(String name, byte[] body, boolean read, int maxAllocatedMib) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Shape> shapes() {
    return List.of(
        new Shape("depth 10^5, arrays", utf8("{\"model\":\"m\",\"messages\":" + "[".repeat(100_000)), false, 8),
        new Shape("depth 10^5, objects", utf8("{\"a\":".repeat(100_000)), false, 8),
        new Shape("depth 10^5, closed", utf8("[".repeat(100_000) + "]".repeat(100_000)), false, 8),
        new Shape("depth 500", utf8("{\"model\":\"m\",\"messages\":" + "[".repeat(500) + "]".repeat(500) + "}"), true, 8),
        new Shape("10^6 keys", keys(1_000_000, ""), false, 64),
        new Shape("10^6 keys in a message", keys(1_000_000, "\"messages\":[{"), false, 64),
        new Shape("10^5 keys, less some", keys(99_000, ""), true, 64),
        new Shape("one key 10^5 times", utf8("{\"model\":\"m\"" + ",\"k\":1".repeat(99_000) + "}"), true, 64),
        new Shape("10^6 lone surrogates", utf8(HEAD + "\\ud800".repeat(1_000_000) + TAIL), true, 8),
        new Shape("a 16 MiB text", utf8(HEAD + "a".repeat(16 << 20) + TAIL), true, 8),
        new Shape("a 16 MiB text of quotes", utf8(HEAD + "\\\"".repeat(8 << 20) + TAIL), true, 8),
        new Shape("a 16 MiB text of ideographs", utf8(HEAD + "人".repeat(5 << 20) + TAIL), true, 8),
        new Shape("a 16 MiB data URL", utf8(HEAD + "data:image/png;base64," + "Ab9/".repeat(4 << 20) + TAIL), true, 8),
        new Shape("a 16 MiB model", utf8("{\"model\":\"" + "m".repeat(16 << 20) + "\"}"), false, 8),
        new Shape("a 16 MiB key", utf8("{\"model\":\"m\",\"" + "k".repeat(16 << 20) + "\":1}"), false, 128),
        new Shape("a 16 MiB number", utf8("{\"model\":\"m\",\"max_tokens\":" + "9".repeat(16 << 20) + "}"), false, 128),
        new Shape("a 16 MiB string without an end", utf8(HEAD + "a".repeat(16 << 20)), false, 8),
        new Shape("4 * 10^6 numbers", utf8("{\"model\":\"m\",\"input\":[1" + ",22".repeat(4_000_000) + "]}"), true, 512),
        new Shape("10^6 texts", utf8("{\"model\":\"m\",\"input\":[\"\"" + ",\"a b\"".repeat(1_000_000) + "]}"), true, 512),
        new Shape("10^6 data URLs", utf8("{\"model\":\"m\",\"input\":[\"\"" + ",\"data:;x\"".repeat(1_000_000) + "]}"), true, 512),
        new Shape("a megabyte of blanks", utf8(" ".repeat(1 << 20) + "{\"model\":\"m\"}"), true, 8),
        new Shape("a megabyte of NULs", new byte[1 << 20], false, 8),
        new Shape("invalid UTF-8", invalidUtf8(), false, 8));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void costsTimeAndMemoryInProportion(Shape shape) {
    long best = Long.MAX_VALUE;
    long allocated = Long.MAX_VALUE;
    ReadResult result = READER.read(Dialect.OPENAI_EMBEDDINGS, shape.body());
    for (int round = 0; round < 8; round++) {
      long bytesBefore = allocatedBytes();
      long start = cpuNanos();
      result = READER.read(Dialect.OPENAI_EMBEDDINGS, shape.body());
      best = Math.min(best, cpuNanos() - start);
      allocated = Math.min(allocated, allocatedBytes() - bytesBefore);
      if (millisPer100Kib(shape, best) < MAX_MILLIS_PER_100_KIB / 2) {
        break;
      }
    }
    double millisPer100Kib = millisPer100Kib(shape, best);
    System.out.printf(
        "%-32s %8d KiB %8.3f ms %7.3f ms/100 KiB %7.2f MiB allocated %s%n",
        shape.name(), shape.body().length / 1024, best / 1e6, millisPer100Kib, allocated / 1048576.0, name(result));
    Measured figure = Measured.atMost("hostile bodies, ms per 100 KiB", millisPer100Kib, MAX_MILLIS_PER_100_KIB, "ms (" + shape.name() + ")", "HostileBodiesTest").print();
    assertThat(result instanceof ReadResult.Read).isEqualTo(shape.read());
    assertThat(figure.bearable()).isTrue();
    assertThat(allocated).isLessThan((long) shape.maxAllocatedMib() << 20);
  }

  @Test
  void aSmallChatTakesMicroseconds() {
    byte[] body = utf8(HEAD + "Some words of an ordinary question, asked politely. ".repeat(18) + "\"}],\"max_tokens\":64}");
    assertThat(body.length).isBetween(1_000, 1_100);
    long best = Long.MAX_VALUE;
    for (int round = 0; round < 40; round++) {
      long start = cpuNanos();
      for (int i = 0; i < 500; i++) {
        assertThat(READER.read(Dialect.OPENAI_CHAT, body) instanceof ReadResult.Read).isTrue();
      }
      best = Math.min(best, (cpuNanos() - start) / 500);
    }
    System.out.printf("1 KiB chat: %.2f us%n", best / 1e3);
    assertThat(best).isLessThan(50_000);
  }

  /** Whatever the bytes, the answer is a shape or a refusal; and what was read can be rewritten and read again. */
  @Test
  void mutatedBodiesNeverFail() {
    long seed = 20261123;
    System.out.println("mutated bodies, seed " + seed);
    Random random = new Random(seed);
    List<byte[]> bodies =
        List.of(
            utf8(HEAD + "Hello \\u4eba é 人 \\ud83d\\ude00\"}],\"max_tokens\":64,\"stream\":true,\"n\":2,\"stream_options\":{\"include_usage\":false}}"),
            utf8("{\"model\":\"m\",\"input\":[[1,2],[3]],\"service_tier\":\"flex\",\"tools\":[{\"name\":\"f\",\"x\":[1.5,null,true]}]}"),
            utf8("{\"stream_options\":null,\"system\":[{\"type\":\"text\",\"text\":\"a\"}],\"model\":\"c\",\"messages\":[{\"content\":[{\"source\":{\"type\":\"text\",\"data\":\"d\"}}]}]}"));
    Dialect[] dialects = {Dialect.OPENAI_CHAT, Dialect.OPENAI_COMPLETIONS, Dialect.OPENAI_RESPONSES, Dialect.OPENAI_EMBEDDINGS, Dialect.ANTHROPIC_MESSAGES};
    int read = 0;
    for (int round = 0; round < 100_000; round++) {
      byte[] mutated = mutate(bodies.get(random.nextInt(bodies.size())), random);
      ReadResult result = READER.read(dialects[random.nextInt(dialects.length)], mutated);
      if (result instanceof ReadResult.Read before) {
        read++;
        assertRewritable(mutated, before.shape());
      }
    }
    System.out.printf("mutated bodies: %d of 100000 read, the rest refused%n", read);
    assertThat(read).isBetween(5_000, 95_000);
  }

  private static void assertRewritable(byte[] body, PromptShape before) {
    ReadResult again = READER.read(Dialect.OPENAI_CHAT, REWRITER.withModelAndUsageRequested(body, "other"));
    if (again instanceof ReadResult.Read after) {
      assertThat(after.shape().model()).isEqualTo("other");
      assertThat(after.shape().usageRequested()).isTrue();
      assertThat(after.shape().stream()).isEqualTo(before.stream());
    } else {
      // A key that one dialect reads otherwise than chat does.
      assertThat(((ReadResult.Refused) again).param()).isIn("prompt", "input", "messages");
    }
  }

  private static byte[] mutate(byte[] body, Random random) {
    byte[] mutated = body.clone();
    for (int i = random.nextInt(3); i >= 0; i--) {
      int at = random.nextInt(mutated.length);
      switch (random.nextInt(4)) {
        case 0 -> mutated[at] = (byte) random.nextInt(256);
        case 1 -> mutated[at] = (byte) "{}[]\",:\\0-.eu \n".charAt(random.nextInt(15));
        case 2 -> mutated = Arrays.copyOf(mutated, Math.max(1, at));
        default -> {
          ByteArrayOutputStream doubled = new ByteArrayOutputStream();
          doubled.write(mutated, 0, at);
          doubled.write(mutated, at / 2, mutated.length - at / 2);
          mutated = doubled.toByteArray();
        }
      }
    }
    return mutated;
  }

  private static byte[] keys(int count, String open) {
    StringBuilder body = new StringBuilder("{\"model\":\"m\"," + open + "\"k\":1");
    for (int i = 0; i < count; i++) {
      body.append(",\"k").append(i).append("\":1");
    }
    return utf8(body.append(open.isEmpty() ? "}" : "}]}").toString());
  }

  private static byte[] invalidUtf8() {
    byte[] body = utf8(HEAD + "xx" + TAIL);
    body[HEAD.length()] = (byte) 0xc3;
    body[HEAD.length() + 1] = (byte) 0x28;
    return body;
  }

  private static double millisPer100Kib(Shape shape, long nanos) {
    return nanos / 1e6 / Math.max(1.0, (double) shape.body().length / KIB_100);
  }

  /* CPU time, so that a busy machine doesn't count. */
  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static long allocatedBytes() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
  }

  private static String name(ReadResult result) {
    return switch (result) {
      case ReadResult.Read read -> "read";
      case ReadResult.Refused refused -> "refused: " + refused.message();
    };
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
