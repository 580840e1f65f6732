// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.plugin.protocol.A6Reply.ExtraInfoQuery;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** The codec against the schema's generated classes, both ways. */
class A6CodecTest {
  @Test
  void readsARequestWithRepeatedNames() {
    byte[] frame =
        Wire.call(
            0xffff_fffeL,
            0x8000_0001L,
            "/v1/chät",
            2,
            new byte[] {10, 0, 0, 1},
            new String[] {"a", "1", "A", "2", "flag", null},
            "x-a",
            "1",
            "X-A",
            "2",
            "host",
            "h");
    A6Message.HttpCall call = (A6Message.HttpCall) decode(frame);
    assertThat(call.id()).isEqualTo(0xffff_fffeL);
    assertThat(call.confToken()).isEqualTo(0x8000_0001L);
    assertThat(call.path()).isEqualTo("/v1/chät");
    assertThat(call.method()).isEqualTo(2);
    assertThat(call.sourceAddress().array()).containsExactly(10, 0, 0, 1);
    assertThat(call.headers().all("x-A")).containsExactly("1", "2");
    assertThat(call.headers().first("HOST")).contains("h");
    assertThat(call.arguments().all("a")).containsExactly("1");
    assertThat(call.arguments().first("flag")).contains("");
    assertThat(call.arguments().contains("FLAG")).isFalse();
  }

  @Test
  void readsPrepareResponseAndExtraInfo() {
    A6Message.PrepareConf conf = (A6Message.PrepareConf) decode(Wire.prepare("k", "f", "{}", "f", "{\"a\":1}"));
    assertThat(conf.key()).isEqualTo("k");
    assertThat(conf.filters()).containsExactly(new Field("f", "{}"), new Field("f", "{\"a\":1}"));
    A6Message.RespCall resp = (A6Message.RespCall) decode(Wire.respCall(7, 9, 429, "retry-after", "3"));
    assertThat(resp.id()).isEqualTo(7);
    assertThat(resp.confToken()).isEqualTo(9);
    assertThat(resp.status()).isEqualTo(429);
    assertThat(resp.headers().first("Retry-After")).contains("3");
    assertThat(decode(Wire.extra((byte[]) null))).isEqualTo(new A6Message.ExtraInfoReply(Optional.empty()));
    assertThat(((A6Message.ExtraInfoReply) decode(Wire.extra(""))).result()).isPresent();
    assertThat(((A6Message.ExtraInfoReply) decode(Wire.extra("é"))).result().orElseThrow().array())
        .isEqualTo("é".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void writesARewriteWithEveryField() {
    Wire.Reply reply =
        encode(
            new A6Reply.CallReply(
                0xffff_ffffL,
                new Verdict.Rewrite(
                    Optional.of("/p"),
                    List.of(new Field("a", "1"), new Field("gone", null)),
                    List.of(new Field("q", "ü"), new Field("no", null)),
                    List.of(new Field("x", "1"), new Field("x", "2")),
                    Optional.of(Bytes.of(new byte[] {0, -1, 10})))));
    assertThat(reply.id()).isEqualTo(0xffff_ffffL);
    assertThat(reply.action()).isEqualTo("Rewrite");
    assertThat(reply.rewrite().path()).isEqualTo("/p");
    assertThat(reply.requestHeaders()).containsExactly("a=1", "gone=null");
    assertThat(reply.arguments()).containsExactly("q=ü", "no=null");
    assertThat(reply.responseHeaders()).containsExactly("x=1", "x=2");
    assertThat(reply.rewriteBody()).containsExactly(0, -1, 10);
  }

  @Test
  void writesAStopWithABinaryBody() {
    byte[] every = new byte[256];
    for (int i = 0; i < every.length; i++) {
      every[i] = (byte) i;
    }
    Wire.Reply reply =
        encode(
            new A6Reply.CallReply(
                1,
                new Verdict.Stop(
                    429, List.of(new Field("set-cookie", "a"), new Field("set-cookie", "b")), Bytes.of(every))));
    assertThat(reply.stopStatus()).isEqualTo(429);
    assertThat(reply.stopHeaders()).containsExactly("set-cookie=a", "set-cookie=b");
    assertThat(reply.stopBody()).isEqualTo(every);
  }

  @Test
  void writesTheShortReplies() {
    assertThat(encode(new A6Reply.CallReply(5, new Verdict.Continue())).action()).isEqualTo("NONE");
    assertThat(encode(new A6Reply.CallReply(5, new Verdict.Continue())).id()).isEqualTo(5);
    assertThat(encode(new A6Reply.ConfToken(0xffff_ffffL)).confToken()).isEqualTo(0xffff_ffffL);
    assertThat(encode(new A6Reply.Err(A6Reply.Err.Code.CONF_TOKEN_NOT_FOUND)).errCode()).isEqualTo(2);
    assertThat(encode(new ExtraInfoQuery.Variable("consumer_name")).question()).isEqualTo("Var:consumer_name");
    assertThat(encode(new ExtraInfoQuery.RequestBody()).question()).isEqualTo("ReqBody");
    assertThat(encode(new ExtraInfoQuery.ResponseBody()).question()).isEqualTo("RespBody");
    Wire.Reply resp =
        encode(
            new A6Reply.RespReply(
                3, OptionalInt.of(201), List.of(new Field("a", "b")), Optional.of(Bytes.of(new byte[] {1}))));
    assertThat(resp.response().status()).isEqualTo(201);
    assertThat(resp.response().headers(0).value()).isEqualTo("b");
    assertThat(resp.responseBody()).containsExactly(1);
  }

  @Test
  void refusesHeadersThatWouldBreakApart() {
    for (String bad : List.of("a\rb", "a\nb", "a\0b")) {
      assertThatThrownBy(() -> encode(stop("x", bad))).isInstanceOf(IllegalArgumentException.class).hasMessageNotContaining(bad);
      assertThatThrownBy(() -> encode(rewrite("x", bad))).isInstanceOf(IllegalArgumentException.class);
    }
    for (String bad : List.of("", "a b", "a:b", "a\r\nb", "ä")) {
      assertThatThrownBy(() -> encode(stop(bad, "x"))).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> encode(rewrite(bad, "x"))).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void refusesAReplyBeyondAFrame() {
    Bytes tooLong = Bytes.of(new byte[Frame.MAX_PAYLOAD_BYTES]);
    assertThatThrownBy(() -> encode(new A6Reply.CallReply(1, new Verdict.Stop(200, List.of(), tooLong))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void sharedTextCannotMultiply() {
    // 16 000 entries that all point at one entry of 60 KB would be a gigabyte of text.
    int entries = 16_000;
    int text = 60_000;
    ByteBuf payload = Unpooled.buffer();
    FlatWriter out = new FlatWriter(payload);
    FlatWriter.Table root = out.table(out.root(), 0b01, 2);
    int vector = payload.writerIndex();
    payload.setIntLE(root.at(0), vector - root.at(0));
    payload.writeIntLE(entries).writeZero(4 * entries);
    FlatWriter.Table entry = out.table(vector + 4, 0b11, 2);
    out.text(entry.at(0), "n");
    out.text(entry.at(1), "v".repeat(text));
    for (int i = 0; i < entries; i++) {
      payload.setIntLE(vector + 4 + 4 * i, entry.position() - (vector + 4 + 4 * i));
    }
    assertThat(A6Codec.decode(FrameType.PREPARE_CONF, payload)).isInstanceOf(A6Message.Malformed.class);
  }

  private static A6Reply stop(String name, String value) {
    return new A6Reply.CallReply(1, new Verdict.Stop(200, List.of(new Field(name, value)), Bytes.empty()));
  }

  private static A6Reply rewrite(String name, String value) {
    return new A6Reply.CallReply(
        1,
        new Verdict.Rewrite(
            Optional.empty(), List.of(), List.of(), List.of(new Field(name, value)), Optional.empty()));
  }

  private static A6Message decode(byte[] frame) {
    return A6Codec.decode(FrameType.of(frame[0]).orElseThrow(), Unpooled.wrappedBuffer(frame, 4, frame.length - 4));
  }

  private static Wire.Reply encode(A6Reply reply) {
    ByteBuf frame = A6Codec.encode(reply, UnpooledByteBufAllocator.DEFAULT);
    try {
      int header = frame.readInt();
      assertThat(header & Frame.MAX_PAYLOAD_BYTES).isEqualTo(frame.readableBytes());
      byte[] payload = new byte[frame.readableBytes()];
      frame.readBytes(payload);
      return new Wire.Reply(header >>> 24, payload);
    } finally {
      frame.release();
    }
  }
}
