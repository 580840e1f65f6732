// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.load;

import com.google.flatbuffers.FlatBufferBuilder;
import io.github.api7.A6.ExtraInfo.Info;
import io.github.api7.A6.HTTPReqCall.Action;
import io.github.api7.A6.HTTPReqCall.Req;
import io.github.api7.A6.HTTPReqCall.Resp;
import io.github.api7.A6.HTTPReqCall.Rewrite;
import io.github.api7.A6.Method;
import io.github.api7.A6.TextEntry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Map;
import java.util.SequencedMap;

/** Whole frames of the benched conversation, header included, ready to be written many times. Stateless. */
final class BenchFrames {
  static final int PREPARE_CONF = 1;
  static final int HTTP_REQ_CALL = 2;
  static final int EXTRA_INFO = 3;

  private BenchFrames() {}

  static ByteBuf prepareConf(String key, SequencedMap<String, String> filters) {
    FlatBufferBuilder builder = new FlatBufferBuilder(512);
    int keyAt = builder.createString(key);
    int conf = io.github.api7.A6.PrepareConf.Req.createConfVector(builder, entries(builder, filters));
    builder.finish(io.github.api7.A6.PrepareConf.Req.createReq(builder, conf, keyAt));
    return frame(PREPARE_CONF, builder);
  }

  static ByteBuf confToken(long token) {
    FlatBufferBuilder builder = new FlatBufferBuilder(64);
    builder.finish(io.github.api7.A6.PrepareConf.Resp.createResp(builder, token));
    return frame(PREPARE_CONF, builder);
  }

  static ByteBuf call(long confToken, String path, Map<String, String> headers) {
    FlatBufferBuilder builder = new FlatBufferBuilder(2048);
    int pathAt = builder.createString(path);
    int source = Req.createSrcIpVector(builder, new byte[] {127, 0, 0, 1});
    int args = Req.createArgsVector(builder, new int[0]);
    int headersAt = Req.createHeadersVector(builder, entries(builder, headers));
    builder.finish(Req.createReq(builder, 1, source, Method.POST, pathAt, args, headersAt, confToken));
    return frame(HTTP_REQ_CALL, builder);
  }

  static ByteBuf bodyQuery() {
    FlatBufferBuilder builder = new FlatBufferBuilder(64);
    io.github.api7.A6.ExtraInfo.ReqBody.startReqBody(builder);
    int body = io.github.api7.A6.ExtraInfo.ReqBody.endReqBody(builder);
    builder.finish(io.github.api7.A6.ExtraInfo.Req.createReq(builder, Info.ReqBody, body));
    return frame(EXTRA_INFO, builder);
  }

  static ByteBuf body(byte[] bytes) {
    FlatBufferBuilder builder = new FlatBufferBuilder(bytes.length + 64);
    int at = io.github.api7.A6.ExtraInfo.Resp.createResultVector(builder, bytes);
    builder.finish(io.github.api7.A6.ExtraInfo.Resp.createResp(builder, at));
    return frame(EXTRA_INFO, builder);
  }

  static ByteBuf admission(Map<String, String> requestHeaders, Map<String, String> responseHeaders) {
    FlatBufferBuilder builder = new FlatBufferBuilder(512);
    int headers = Rewrite.createHeadersVector(builder, entries(builder, requestHeaders));
    int respHeaders = Rewrite.createRespHeadersVector(builder, entries(builder, responseHeaders));
    int rewrite = Rewrite.createRewrite(builder, 0, headers, 0, respHeaders);
    builder.finish(Resp.createResp(builder, 1, Action.Rewrite, rewrite));
    return frame(HTTP_REQ_CALL, builder);
  }

  private static int[] entries(FlatBufferBuilder builder, Map<String, String> texts) {
    return texts.entrySet().stream()
        .mapToInt(e -> TextEntry.createTextEntry(
            builder, builder.createString(e.getKey()), builder.createString(e.getValue())))
        .toArray();
  }

  private static ByteBuf frame(int type, FlatBufferBuilder builder) {
    byte[] payload = builder.sizedByteArray();
    return Unpooled.directBuffer(4 + payload.length)
        .writeByte(type)
        .writeMedium(payload.length)
        .writeBytes(payload)
        .asReadOnly();
  }
}
