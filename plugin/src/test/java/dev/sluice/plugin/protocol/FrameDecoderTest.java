// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.plugin.protocol.Captures.Capture;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FrameDecoderTest {
  private static final int EDGE_BYTES = 4096;
  private static final int SAMPLES = 1000;
  private static final long SEED = 7_112_026;

  static List<Capture> captures() {
    return Captures.all();
  }

  @ParameterizedTest
  @MethodSource("captures")
  void aCaptureReadsTheSameWhereverItIsCut(Capture capture) {
    byte[] stream = capture.stream();
    List<String> whole = read(List.of(stream));
    assertThat(whole).hasSize(capture.sent().size());
    for (int i = 0; i < whole.size(); i++) {
      assertThat(whole.get(i))
          .isEqualTo(capture.sent().get(i).type() + " " + Arrays.hashCode(capture.sent().get(i).payload()));
    }
    for (int cut : cuts(stream.length)) {
      List<byte[]> parts = List.of(Arrays.copyOf(stream, cut), Arrays.copyOfRange(stream, cut, stream.length));
      assertThat(read(parts)).as("%s cut at %d (seed %d)", capture, cut, SEED).isEqualTo(whole);
    }
    if (stream.length < 3 * EDGE_BYTES) {
      List<byte[]> bytes = new ArrayList<>();
      for (byte each : stream) {
        bytes.add(new byte[] {each});
      }
      assertThat(read(bytes)).as("%s byte by byte", capture).isEqualTo(whole);
    }
  }

  /** Every position; of long streams every one near the ends, and a sample between. */
  static Iterable<Integer> cuts(int length) {
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

  @Test
  void takesTheLongestPayloadOfTheFormat() {
    for (int bytes : new int[] {0, 1, Frame.MAX_PAYLOAD_BYTES - 4, Frame.MAX_PAYLOAD_BYTES}) {
      Recorder recorder = new Recorder();
      MemoryAllowance allowance = new MemoryAllowance(1 << 25);
      FrameDecoder decoder = new FrameDecoder(allowance, UnpooledByteBufAllocator.DEFAULT);
      byte[] frame = Wire.frame(2, new byte[bytes]);
      for (int at = 0; at < frame.length; at += 65_536) {
        decoder.read(Unpooled.wrappedBuffer(frame, at, Math.min(65_536, frame.length - at)), recorder);
      }
      assertThat(recorder.lengths).containsExactly(bytes);
      assertThat(allowance.takenBytes()).isZero();
    }
  }

  @Test
  void garbageEndsTheStream() {
    for (int type : new int[] {0, 5, 127, 128, 255}) {
      Recorder recorder = new Recorder();
      FrameDecoder decoder = decoder(1000);
      decoder.read(Unpooled.wrappedBuffer(new byte[] {(byte) type, 0, 0, 0, 2, 0, 0, 0}), recorder);
      decoder.read(Unpooled.wrappedBuffer(Wire.frame(2, new byte[8])), recorder);
      assertThat(recorder.frames).as("type %d", type).isEmpty();
      assertThat(recorder.reasons).hasSize(1);
    }
  }

  @Test
  void aPromiseOfMuchHoldsLittle() {
    MemoryAllowance allowance = new MemoryAllowance(1000);
    FrameDecoder decoder = new FrameDecoder(allowance, UnpooledByteBufAllocator.DEFAULT);
    decoder.read(Unpooled.wrappedBuffer(new byte[] {2, -1, -1, -1, 1, 2, 3}), new Recorder());
    assertThat(allowance.takenBytes()).isEqualTo(3);
    decoder.end();
    assertThat(allowance.takenBytes()).isZero();
  }

  @Test
  void unfinishedFramesTogetherAreBounded() {
    MemoryAllowance allowance = new MemoryAllowance(1000);
    Recorder recorder = new Recorder();
    for (int i = 0; i < 3; i++) {
      FrameDecoder decoder = new FrameDecoder(allowance, UnpooledByteBufAllocator.DEFAULT);
      decoder.read(Unpooled.wrappedBuffer(Arrays.copyOf(Wire.frame(2, new byte[500]), 450)), recorder);
    }
    assertThat(recorder.reasons).hasSize(1);
    assertThat(allowance.takenBytes()).isEqualTo(2 * 446);
  }

  @Test
  void aPayloadBeyondTheLimitIsNeverHeld() {
    MemoryAllowance allowance = new MemoryAllowance(10);
    FrameDecoder decoder = new FrameDecoder(allowance, UnpooledByteBufAllocator.DEFAULT);
    Recorder recorder = new Recorder();
    recorder.limitBytes = 100;
    byte[] frame = Wire.frame(3, new byte[1_000_000]);
    for (int at = 0; at < frame.length; at += 1000) {
      decoder.read(Unpooled.wrappedBuffer(frame, at, Math.min(1000, frame.length - at)), recorder);
      assertThat(allowance.takenBytes()).isZero();
    }
    decoder.read(Unpooled.wrappedBuffer(Wire.frame(3, new byte[100])), recorder);
    assertThat(recorder.skipped).containsExactly(1_000_000);
    assertThat(recorder.lengths).containsExactly(100);
  }

  private static FrameDecoder decoder(long allowanceBytes) {
    return new FrameDecoder(new MemoryAllowance(allowanceBytes), UnpooledByteBufAllocator.DEFAULT);
  }

  private static List<String> read(List<byte[]> parts) {
    MemoryAllowance allowance = new MemoryAllowance(1 << 24);
    FrameDecoder decoder = new FrameDecoder(allowance, UnpooledByteBufAllocator.DEFAULT);
    Recorder recorder = new Recorder();
    for (byte[] part : parts) {
      decoder.read(Unpooled.wrappedBuffer(part), recorder);
    }
    assertThat(recorder.reasons).isEmpty();
    assertThat(decoder.midFrame()).isFalse();
    assertThat(allowance.takenBytes()).isZero();
    return recorder.frames;
  }

  private static final class Recorder implements FrameDecoder.Sink {
    private final List<String> frames = new ArrayList<>();
    private final List<Integer> lengths = new ArrayList<>();
    private final List<Integer> skipped = new ArrayList<>();
    private final List<String> reasons = new ArrayList<>();
    private long limitBytes = Frame.MAX_PAYLOAD_BYTES;

    @Override
    public long limitBytes(FrameType type) {
      return limitBytes;
    }

    @Override
    public void frame(FrameType type, ByteBuf payload) {
      lengths.add(payload.readableBytes());
      if (payload.readableBytes() < 1 << 20) {
        byte[] bytes = new byte[payload.readableBytes()];
        payload.readBytes(bytes);
        frames.add(type.code() + " " + Arrays.hashCode(bytes));
      }
    }

    @Override
    public void skipped(FrameType type, int payloadBytes) {
      skipped.add(payloadBytes);
    }

    @Override
    public void unreadable(String reason) {
      reasons.add(reason);
    }
  }
}
