// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A million payloads with offsets, lengths and bytes changed: each is read or refused, in bounded text. */
class HostilePayloadTest {
  private static final int PAYLOADS = 1_000_000;
  private static final int MAX_SEED_BYTES = 2048;
  private static final long SEED = Long.getLong("hostile.seed", 23_112_026);
  private static final int[] BOUNDARY_VALUES = {
    0, 1, 4, -1, -4, Integer.MAX_VALUE, Integer.MIN_VALUE, 0x7fff_fffc, 0xffff, 16_384, 1 << 24
  };

  @Test
  void everyPayloadIsReadOrRefused() {
    System.out.println("hostile payloads: seed " + SEED);
    SplittableRandom random = new SplittableRandom(SEED);
    List<Captures.Sent> seeds = new ArrayList<>();
    Captures.all().forEach(capture -> seeds.addAll(capture.sent()));
    seeds.removeIf(sent -> sent.payload().length > MAX_SEED_BYTES);
    int refused = 0;
    for (int i = 0; i < PAYLOADS; i++) {
      Captures.Sent seed = seeds.get(random.nextInt(seeds.size()));
      ByteBuf payload = Unpooled.copiedBuffer(seed.payload());
      change(payload, random);
      A6Message message = A6Codec.decode(FrameType.of(seed.type()).orElseThrow(), payload);
      refused += message instanceof A6Message.Malformed ? 1 : 0;
      assertThat(textChars(message)).as("payload %d", i).isLessThanOrEqualTo(2L * MAX_SEED_BYTES);
    }
    System.out.println("hostile payloads: " + PAYLOADS + " read, " + refused + " refused");
    assertThat(refused).isBetween(PAYLOADS / 10, PAYLOADS - PAYLOADS / 10);
  }

  @Test
  void everyPrefixIsReadOrRefused() {
    for (Captures.Capture capture : Captures.all()) {
      for (Captures.Sent sent : capture.sent()) {
        for (int length = 0; length < Math.min(sent.payload().length, MAX_SEED_BYTES); length++) {
          ByteBuf prefix = Unpooled.wrappedBuffer(sent.payload(), 0, length);
          assertThat(A6Codec.decode(FrameType.of(sent.type()).orElseThrow(), prefix)).isNotNull();
        }
      }
    }
  }

  private static void change(ByteBuf payload, SplittableRandom random) {
    int changes = random.nextInt(1, 5);
    for (int i = 0; i < changes && payload.readableBytes() > 4; i++) {
      int at = random.nextInt(payload.readableBytes() - 3);
      if (random.nextBoolean()) {
        payload.setByte(at, random.nextInt());
      } else {
        payload.setIntLE(at, BOUNDARY_VALUES[random.nextInt(BOUNDARY_VALUES.length)]);
      }
    }
  }

  private static long textChars(A6Message message) {
    return switch (message) {
      case A6Message.HttpCall call -> call.path().length() + chars(call.headers()) + chars(call.arguments());
      case A6Message.RespCall call -> chars(call.headers());
      case A6Message.PrepareConf conf -> conf.key().length() + chars(Headers.of(conf.filters()));
      case A6Message.ExtraInfoReply reply -> reply.result().map(Bytes::length).orElse(0);
      case A6Message.Malformed malformed -> 0;
    };
  }

  private static long chars(Headers headers) {
    return headers.fields().stream().mapToLong(field -> field.name().length() + field.text().length()).sum();
  }
}
