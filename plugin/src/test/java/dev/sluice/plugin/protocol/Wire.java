// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.protocol;

import com.google.flatbuffers.FlatBufferBuilder;
import com.google.flatbuffers.Table;
import io.github.api7.A6.Err.Resp;
import io.github.api7.A6.ExtraInfo.Var;
import io.github.api7.A6.HTTPReqCall.Rewrite;
import io.github.api7.A6.HTTPReqCall.Stop;
import io.github.api7.A6.TextEntry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The gateway's side of the protocol, written with the schema's generated classes, which main code does not use. */
public final class Wire {
  public static final byte[] LOCALHOST = {127, 0, 0, 1};

  private Wire() {}

  /** A frame as bytes. */
  public static byte[] frame(int type, byte[] payload) {
    ByteBuffer frame = ByteBuffer.allocate(4 + payload.length);
    frame.putInt(type << 24 | payload.length).put(payload);
    return frame.array();
  }

  /** A prepare frame; names and configurations alternate. */
  public static byte[] prepare(String key, String... namesAndConfs) {
    FlatBufferBuilder b = new FlatBufferBuilder();
    int keyAt = b.createString(key);
    int conf = io.github.api7.A6.PrepareConf.Req.createConfVector(b, entries(b, namesAndConfs));
    b.finish(io.github.api7.A6.PrepareConf.Req.createReq(b, conf, keyAt));
    return frame(1, b.sizedByteArray());
  }

  /** A request frame; header names and values alternate. */
  public static byte[] call(long id, long confToken, String path, String... headers) {
    return call(id, confToken, path, 2, LOCALHOST, new String[0], headers);
  }

  /** A request frame with all there is. */
  public static byte[] call(
      long id, long confToken, String path, int method, byte[] source, String[] args, String... headers) {
    FlatBufferBuilder b = new FlatBufferBuilder();
    int pathAt = b.createString(path);
    int sourceAt = io.github.api7.A6.HTTPReqCall.Req.createSrcIpVector(b, source);
    int argsAt = io.github.api7.A6.HTTPReqCall.Req.createArgsVector(b, entries(b, args));
    int headersAt = io.github.api7.A6.HTTPReqCall.Req.createHeadersVector(b, entries(b, headers));
    b.finish(
        io.github.api7.A6.HTTPReqCall.Req.createReq(b, id, sourceAt, method, pathAt, argsAt, headersAt, confToken));
    return frame(2, b.sizedByteArray());
  }

  /** A response frame; header names and values alternate. */
  public static byte[] respCall(long id, long confToken, int status, String... headers) {
    FlatBufferBuilder b = new FlatBufferBuilder();
    int headersAt = io.github.api7.A6.HTTPRespCall.Req.createHeadersVector(b, entries(b, headers));
    b.finish(io.github.api7.A6.HTTPRespCall.Req.createReq(b, id, status, headersAt, confToken));
    return frame(4, b.sizedByteArray());
  }

  /** An extra info frame; null for an absent result. */
  public static byte[] extra(byte[] result) {
    FlatBufferBuilder b = new FlatBufferBuilder();
    int at = result == null ? 0 : io.github.api7.A6.ExtraInfo.Resp.createResultVector(b, result);
    io.github.api7.A6.ExtraInfo.Resp.startResp(b);
    if (result != null) {
      io.github.api7.A6.ExtraInfo.Resp.addResult(b, at);
    }
    b.finish(io.github.api7.A6.ExtraInfo.Resp.endResp(b));
    return frame(3, b.sizedByteArray());
  }

  public static byte[] extra(String result) {
    return extra(result.getBytes(StandardCharsets.UTF_8));
  }

  private static int[] entries(FlatBufferBuilder b, String... namesAndValues) {
    int[] offsets = new int[namesAndValues.length / 2];
    for (int i = 0; i < offsets.length; i++) {
      int name = b.createString(namesAndValues[2 * i]);
      String text = namesAndValues[2 * i + 1];
      int value = text == null ? 0 : b.createString(text);
      TextEntry.startTextEntry(b);
      TextEntry.addName(b, name);
      if (text != null) {
        TextEntry.addValue(b, value);
      }
      offsets[i] = TextEntry.endTextEntry(b);
    }
    return offsets;
  }

  /** What a runner's frame says, as text that tests compare. */
  public record Reply(int type, byte[] payload) {
    private ByteBuffer buffer() {
      return ByteBuffer.wrap(payload);
    }

    public long confToken() {
      check(1);
      return io.github.api7.A6.PrepareConf.Resp.getRootAsResp(buffer()).confToken();
    }

    public int errCode() {
      check(0);
      return Resp.getRootAsResp(buffer()).code();
    }

    public long id() {
      return type == 4
          ? io.github.api7.A6.HTTPRespCall.Resp.getRootAsResp(buffer()).id()
          : io.github.api7.A6.HTTPReqCall.Resp.getRootAsResp(buffer()).id();
    }

    /** NONE, Stop or Rewrite. */
    public String action() {
      check(2);
      return io.github.api7.A6.HTTPReqCall.Action.name(
          io.github.api7.A6.HTTPReqCall.Resp.getRootAsResp(buffer()).actionType());
    }

    public Stop stop() {
      check(2);
      return (Stop) io.github.api7.A6.HTTPReqCall.Resp.getRootAsResp(buffer()).action(new Stop());
    }

    public int stopStatus() {
      return "Stop".equals(action()) ? stop().status() : -1;
    }

    public byte[] stopBody() {
      byte[] body = new byte[stop().bodyLength()];
      if (body.length > 0) {
        stop().bodyAsByteBuffer().get(body);
      }
      return body;
    }

    public List<String> stopHeaders() {
      List<String> all = new ArrayList<>();
      for (int i = 0; i < stop().headersLength(); i++) {
        all.add(text(stop().headers(i)));
      }
      return all;
    }

    public Rewrite rewrite() {
      check(2);
      return (Rewrite) io.github.api7.A6.HTTPReqCall.Resp.getRootAsResp(buffer()).action(new Rewrite());
    }

    public List<String> requestHeaders() {
      List<String> all = new ArrayList<>();
      for (int i = 0; i < rewrite().headersLength(); i++) {
        all.add(text(rewrite().headers(i)));
      }
      return all;
    }

    public List<String> arguments() {
      List<String> all = new ArrayList<>();
      for (int i = 0; i < rewrite().argsLength(); i++) {
        all.add(text(rewrite().args(i)));
      }
      return all;
    }

    public List<String> responseHeaders() {
      List<String> all = new ArrayList<>();
      for (int i = 0; i < rewrite().respHeadersLength(); i++) {
        all.add(text(rewrite().respHeaders(i)));
      }
      return all;
    }

    /** The field that the generated class does not know. */
    public byte[] rewriteBody() {
      RewriteBody body = new RewriteBody();
      io.github.api7.A6.HTTPReqCall.Resp.getRootAsResp(buffer()).action(body);
      return body.bytes();
    }

    public io.github.api7.A6.HTTPRespCall.Resp response() {
      check(4);
      return io.github.api7.A6.HTTPRespCall.Resp.getRootAsResp(buffer());
    }

    public byte[] responseBody() {
      byte[] body = new byte[response().bodyLength()];
      if (body.length > 0) {
        response().bodyAsByteBuffer().get(body);
      }
      return body;
    }

    /** Var:name, ReqBody or RespBody. */
    public String question() {
      check(3);
      io.github.api7.A6.ExtraInfo.Req req = io.github.api7.A6.ExtraInfo.Req.getRootAsReq(buffer());
      String info = io.github.api7.A6.ExtraInfo.Info.name(req.infoType());
      return "Var".equals(info) ? info + ":" + ((Var) req.info(new Var())).name() : info;
    }

    private void check(int expected) {
      if (type != expected) {
        throw new AssertionError("frame type " + type + " (expected: " + expected + ")");
      }
    }

    private static String text(TextEntry entry) {
      return entry.name() + "=" + entry.value();
    }

    @Override
    public String toString() {
      return switch (type) {
        case 0 -> "Err " + errCode();
        case 1 -> "ConfToken " + confToken();
        case 2 -> "Call " + id() + " " + action();
        case 3 -> question();
        default -> "Resp " + id();
      };
    }
  }

  private static final class RewriteBody extends Table {
    byte[] bytes() {
      int at = __offset(12);
      if (at == 0) {
        return new byte[0];
      }
      byte[] body = new byte[__vector_len(at)];
      int start = __vector(at);
      for (int i = 0; i < body.length; i++) {
        body[i] = bb.get(start + i);
      }
      return body;
    }
  }
}
