// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Optional;

/**
 * The translation between payloads of the A6 schema and values. Stateless.
 *
 * <p>Slot numbers are those of {@code ext-plugin.fbs} in api7/ext-plugin-proto.
 */
public final class A6Codec {
  private static final int ACTION_STOP = 1;
  private static final int ACTION_REWRITE = 2;
  private static final int INFO_VARIABLE = 1;
  private static final int INFO_REQUEST_BODY = 2;
  private static final int INFO_RESPONSE_BODY = 3;
  private static final int FRAME_GUESS_BYTES = 512;

  private A6Codec() {}

  /**
   * Reads a payload; the buffer's indexes stay where they are and nothing keeps it.
   *
   * @return {@link A6Message.Malformed} for whatever is not a payload of that type, including types that only a runner sends
   */
  public static A6Message decode(FrameType type, ByteBuf payload) {
    FlatReader in = new FlatReader(payload);
    try {
      return switch (type) {
        case ERROR -> new A6Message.Malformed("an error frame from the gateway");
        case PREPARE_CONF -> prepareConf(in, in.root());
        case HTTP_REQ_CALL -> httpCall(in, in.root());
        case EXTRA_INFO -> extraInfo(in, in.root());
        case HTTP_RESP_CALL -> respCall(in, in.root());
      };
    } catch (MalformedException e) {
      return new A6Message.Malformed(String.valueOf(e.getMessage()));
    }
  }

  private static A6Message prepareConf(FlatReader in, int root) throws MalformedException {
    return new A6Message.PrepareConf(in.textField(root, 1), in.entriesField(root, 0));
  }

  private static A6Message httpCall(FlatReader in, int root) throws MalformedException {
    int source = in.field(root, 1);
    return new A6Message.HttpCall(
        in.u32Field(root, 0),
        source == 0 ? Bytes.empty() : Bytes.of(in.bytes(source)),
        in.u8Field(root, 2),
        in.textField(root, 3),
        Headers.arguments(in.entriesField(root, 4)),
        Headers.of(in.entriesField(root, 5)),
        in.u32Field(root, 6));
  }

  private static A6Message respCall(FlatReader in, int root) throws MalformedException {
    return new A6Message.RespCall(
        in.u32Field(root, 0), in.u16Field(root, 1), Headers.of(in.entriesField(root, 2)), in.u32Field(root, 3));
  }

  private static A6Message extraInfo(FlatReader in, int root) throws MalformedException {
    int result = in.field(root, 0);
    return new A6Message.ExtraInfoReply(result == 0 ? Optional.empty() : Optional.of(Bytes.of(in.bytes(result))));
  }

  /**
   * Writes a reply as a whole frame, header included.
   *
   * @return a buffer that the caller releases
   * @throws IllegalArgumentException if a name or value can't go into a header, or the payload would be too long; the message
   *     holds no value
   */
  public static ByteBuf encode(A6Reply reply, ByteBufAllocator allocator) {
    FieldSyntax.check(reply);
    ByteBuf frame = allocator.directBuffer(FRAME_GUESS_BYTES + bodyBytes(reply));
    boolean whole = false;
    try {
      frame.writeInt(0);
      FlatWriter out = new FlatWriter(frame);
      FrameType type = write(out, reply);
      int payloadBytes = frame.readableBytes() - Frame.HEADER_BYTES;
      if (payloadBytes > Frame.MAX_PAYLOAD_BYTES) {
        throw new IllegalArgumentException("reply: " + payloadBytes + " bytes (expected: < 16 MiB)");
      }
      frame.setInt(0, type.code() << 24 | payloadBytes);
      whole = true;
      return frame;
    } finally {
      if (!whole) {
        frame.release();
      }
    }
  }

  private static int bodyBytes(A6Reply reply) {
    int bytes = 0;
    if (reply instanceof A6Reply.CallReply call) {
      bytes =
          switch (call.verdict()) {
            case Verdict.Continue none -> 0;
            case Verdict.Rewrite rewrite -> rewrite.body().map(Bytes::length).orElse(0);
            case Verdict.Stop stop -> stop.body().length();
          };
    } else if (reply instanceof A6Reply.RespReply resp) {
      bytes = resp.body().map(Bytes::length).orElse(0);
    }
    if (bytes > Frame.MAX_PAYLOAD_BYTES) {
      throw new IllegalArgumentException("body: " + bytes + " bytes (expected: < 16 MiB)");
    }
    return bytes;
  }

  private static FrameType write(FlatWriter out, A6Reply reply) {
    return switch (reply) {
      case A6Reply.ConfToken token -> {
        out.u32(out.table(out.root(), 0b1, 1).at(0), token.confToken());
        yield FrameType.PREPARE_CONF;
      }
      case A6Reply.CallReply call -> {
        writeCall(out, call);
        yield FrameType.HTTP_REQ_CALL;
      }
      case A6Reply.RespReply resp -> {
        writeResp(out, resp);
        yield FrameType.HTTP_RESP_CALL;
      }
      case A6Reply.ExtraInfoQuery query -> {
        writeQuery(out, query);
        yield FrameType.EXTRA_INFO;
      }
      case A6Reply.Err err -> {
        out.u32(out.table(out.root(), 0b1, 1).at(0), err.code().number());
        yield FrameType.ERROR;
      }
    };
  }

  private static void writeCall(FlatWriter out, A6Reply.CallReply call) {
    boolean acts = !(call.verdict() instanceof Verdict.Continue);
    FlatWriter.Table root = out.table(out.root(), acts ? 0b111 : 0b001, 3);
    out.u32(root.at(0), call.id());
    switch (call.verdict()) {
      case Verdict.Continue none -> {}
      case Verdict.Rewrite rewrite -> {
        out.u32(root.at(1), ACTION_REWRITE);
        writeRewrite(out, root.at(2), rewrite);
      }
      case Verdict.Stop stop -> {
        out.u32(root.at(1), ACTION_STOP);
        writeStop(out, root.at(2), stop);
      }
    }
  }

  private static void writeStop(FlatWriter out, int offsetAt, Verdict.Stop stop) {
    int present = 0b001 | bit(1, !stop.headers().isEmpty()) | bit(2, stop.body().length() > 0);
    FlatWriter.Table table = out.table(offsetAt, present, 3);
    out.u32(table.at(0), stop.status());
    if (!stop.headers().isEmpty()) {
      out.entries(table.at(1), stop.headers());
    }
    if (stop.body().length() > 0) {
      out.bytes(table.at(2), stop.body());
    }
  }

  private static void writeRewrite(FlatWriter out, int offsetAt, Verdict.Rewrite rewrite) {
    int present =
        bit(0, rewrite.path().isPresent())
            | bit(1, !rewrite.headers().isEmpty())
            | bit(2, !rewrite.arguments().isEmpty())
            | bit(3, !rewrite.responseHeaders().isEmpty())
            | bit(4, rewrite.body().isPresent());
    FlatWriter.Table table = out.table(offsetAt, present, 5);
    rewrite.path().ifPresent(path -> out.text(table.at(0), path));
    if (!rewrite.headers().isEmpty()) {
      out.entries(table.at(1), rewrite.headers());
    }
    if (!rewrite.arguments().isEmpty()) {
      out.entries(table.at(2), rewrite.arguments());
    }
    if (!rewrite.responseHeaders().isEmpty()) {
      out.entries(table.at(3), rewrite.responseHeaders());
    }
    rewrite.body().ifPresent(body -> out.bytes(table.at(4), body));
  }

  private static void writeResp(FlatWriter out, A6Reply.RespReply resp) {
    int present =
        0b0001
            | bit(1, resp.status().isPresent())
            | bit(2, !resp.headers().isEmpty())
            | bit(3, resp.body().isPresent());
    FlatWriter.Table table = out.table(out.root(), present, 4);
    out.u32(table.at(0), resp.id());
    resp.status().ifPresent(status -> out.u32(table.at(1), status));
    if (!resp.headers().isEmpty()) {
      out.entries(table.at(2), resp.headers());
    }
    resp.body().ifPresent(body -> out.bytes(table.at(3), body));
  }

  private static void writeQuery(FlatWriter out, A6Reply.ExtraInfoQuery query) {
    FlatWriter.Table table = out.table(out.root(), 0b11, 2);
    switch (query) {
      case A6Reply.ExtraInfoQuery.Variable variable -> {
        out.u32(table.at(0), INFO_VARIABLE);
        out.text(out.table(table.at(1), 0b1, 1).at(0), variable.name());
      }
      case A6Reply.ExtraInfoQuery.RequestBody body -> emptyInfo(out, table, INFO_REQUEST_BODY);
      case A6Reply.ExtraInfoQuery.ResponseBody body -> emptyInfo(out, table, INFO_RESPONSE_BODY);
    }
  }

  private static void emptyInfo(FlatWriter out, FlatWriter.Table table, int info) {
    out.u32(table.at(0), info);
    FlatWriter.Table empty = out.table(table.at(1), 0, 0);
    assert empty.present() == 0;
  }

  private static int bit(int slot, boolean present) {
    return present ? 1 << slot : 0;
  }
}
