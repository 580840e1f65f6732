// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.gateway;

import com.google.flatbuffers.FlatBufferBuilder;
import com.google.flatbuffers.Table;
import dev.sluice.t.gateway.RunnerAnswer.Field;
import dev.sluice.t.gateway.config.Plugin;
import io.github.api7.A6.ExtraInfo.Info;
import io.github.api7.A6.HTTPReqCall.Action;
import io.github.api7.A6.HTTPReqCall.Rewrite;
import io.github.api7.A6.HTTPReqCall.Stop;
import io.github.api7.A6.Method;
import io.github.api7.A6.TextEntry;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntFunction;

/** The payloads of the runner protocol as APISIX writes and reads them. Stateless and thread-safe. */
final class A6Frames {
  static final int ERROR = 0;
  static final int PREPARE_CONF = 1;
  static final int HTTP_REQ_CALL = 2;
  static final int EXTRA_INFO = 3;
  static final int MAX_PAYLOAD_BYTES = (1 << 24) - 1;

  /** The error code on which APISIX forgets its conf tokens and tries again. */
  static final int CONF_TOKEN_NOT_FOUND = io.github.api7.A6.Err.Code.CONF_TOKEN_NOT_FOUND;

  private A6Frames() {}

  /** What the runner wants to know in the middle of a call. */
  sealed interface Query {
    /** The value of a variable. */
    record Variable(String name) implements Query {}

    /** The request body. */
    record Body() implements Query {}

    /** Something this gateway has no answer for. */
    record Unsupported(int type) implements Query {}
  }

  static byte[] prepareConf(String key, List<Plugin.FilterConf> conf) {
    FlatBufferBuilder builder = new FlatBufferBuilder(256);
    int keyAt = builder.createString(key);
    int[] entries = new int[conf.size()];
    for (int i = 0; i < entries.length; i++) {
      entries[i] = entry(builder, Field.of(conf.get(i).name(), conf.get(i).value()));
    }
    int confAt = io.github.api7.A6.PrepareConf.Req.createConfVector(builder, entries);
    io.github.api7.A6.PrepareConf.Req.startReq(builder);
    io.github.api7.A6.PrepareConf.Req.addKey(builder, keyAt);
    if (entries.length > 0) {
      io.github.api7.A6.PrepareConf.Req.addConf(builder, confAt);
    }
    return finish(builder, io.github.api7.A6.PrepareConf.Req.endReq(builder));
  }

  /** The call itself; a method that the protocol lacks has no encoding. */
  static Optional<byte[]> httpReqCall(long id, long confToken, GatewayRequest request) {
    int method = Method.names.length;
    for (int i = 0; i < Method.names.length; i++) {
      method = Method.names[i].equals(request.method()) ? i : method;
    }
    if (method == Method.names.length) {
      return Optional.empty();
    }
    FlatBufferBuilder builder = new FlatBufferBuilder(1024);
    int path = builder.createString(request.pathForRunner());
    int source = io.github.api7.A6.HTTPReqCall.Req.createSrcIpVector(builder, request.remoteAddress());
    int args = io.github.api7.A6.HTTPReqCall.Req.createArgsVector(builder, entries(builder, request.args().fields()));
    int headers = io.github.api7.A6.HTTPReqCall.Req.createHeadersVector(
        builder, entries(builder, request.headersForRunner()));
    io.github.api7.A6.HTTPReqCall.Req.startReq(builder);
    io.github.api7.A6.HTTPReqCall.Req.addId(builder, id);
    io.github.api7.A6.HTTPReqCall.Req.addConfToken(builder, confToken);
    io.github.api7.A6.HTTPReqCall.Req.addSrcIp(builder, source);
    io.github.api7.A6.HTTPReqCall.Req.addPath(builder, path);
    io.github.api7.A6.HTTPReqCall.Req.addArgs(builder, args);
    io.github.api7.A6.HTTPReqCall.Req.addHeaders(builder, headers);
    io.github.api7.A6.HTTPReqCall.Req.addMethod(builder, method);
    return Optional.of(finish(builder, io.github.api7.A6.HTTPReqCall.Req.endReq(builder)));
  }

  /** The answer to a query; an empty body counts as no result. */
  static byte[] extraInfo(Optional<byte[]> result) {
    int bytes = result.map(r -> r.length).orElse(0);
    FlatBufferBuilder builder = new FlatBufferBuilder(bytes + 64);
    int at = result.map(r -> io.github.api7.A6.ExtraInfo.Resp.createResultVector(builder, r)).orElse(0);
    io.github.api7.A6.ExtraInfo.Resp.startResp(builder);
    if (result.isPresent()) {
      io.github.api7.A6.ExtraInfo.Resp.addResult(builder, at);
    }
    return finish(builder, io.github.api7.A6.ExtraInfo.Resp.endResp(builder));
  }

  static Query readQuery(ByteBuffer payload) {
    io.github.api7.A6.ExtraInfo.Req query = io.github.api7.A6.ExtraInfo.Req.getRootAsReq(payload);
    if (query.infoType() == Info.ReqBody) {
      return new Query.Body();
    }
    if (query.infoType() != Info.Var) {
      return new Query.Unsupported(query.infoType());
    }
    io.github.api7.A6.ExtraInfo.Var variable = new io.github.api7.A6.ExtraInfo.Var();
    query.info(variable);
    return new Query.Variable(variable.name());
  }

  static long readConfToken(ByteBuffer payload) {
    return io.github.api7.A6.PrepareConf.Resp.getRootAsResp(payload).confToken();
  }

  static int readError(ByteBuffer payload) {
    return io.github.api7.A6.Err.Resp.getRootAsResp(payload).code();
  }

  static RunnerAnswer readAnswer(ByteBuffer payload) {
    io.github.api7.A6.HTTPReqCall.Resp answer = io.github.api7.A6.HTTPReqCall.Resp.getRootAsResp(payload);
    if (answer.actionType() == Action.Stop) {
      Stop stop = new Stop();
      answer.action(stop);
      Bytes body = stop.bodyLength() == 0 ? Bytes.NONE : copy(stop.bodyAsByteBuffer());
      return new RunnerAnswer.Stop(
          stop.status() == 0 ? 200 : stop.status(), fields(stop.headersLength(), stop::headers), body);
    }
    if (answer.actionType() == Action.Rewrite) {
      Rewrite rewrite = new Rewrite();
      answer.action(rewrite);
      RewriteBody body = new RewriteBody();
      answer.action(body);
      String path = rewrite.path();
      return new RunnerAnswer.Rewrite(
          path == null ? "" : path,
          fields(rewrite.headersLength(), rewrite::headers),
          fields(rewrite.argsLength(), rewrite::args),
          fields(rewrite.respHeadersLength(), rewrite::respHeaders),
          body.bytes());
    }
    return new RunnerAnswer.Continue();
  }

  private static List<Field> fields(int count, IntFunction<TextEntry> at) {
    List<Field> out = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      TextEntry entry = at.apply(i);
      out.add(Field.of(entry.name(), entry.value()));
    }
    return out;
  }

  private static int[] entries(FlatBufferBuilder builder, List<Field> fields) {
    int[] at = new int[fields.size()];
    for (int i = 0; i < at.length; i++) {
      at[i] = entry(builder, fields.get(i));
    }
    return at;
  }

  private static int entry(FlatBufferBuilder builder, Field field) {
    int name = builder.createString(field.name());
    Optional<String> text = field.text();
    int value = text.map(builder::createString).orElse(0);
    TextEntry.startTextEntry(builder);
    TextEntry.addName(builder, name);
    if (text.isPresent()) {
      TextEntry.addValue(builder, value);
    }
    return TextEntry.endTextEntry(builder);
  }

  private static byte[] finish(FlatBufferBuilder builder, int root) {
    builder.finish(root);
    return builder.sizedByteArray();
  }

  private static Bytes copy(ByteBuffer bytes) {
    byte[] out = new byte[bytes.remaining()];
    bytes.get(out);
    return Bytes.wrap(out);
  }

  /** The {@code body} of a rewrite, table slot 4, which the published classes lack. */
  private static final class RewriteBody extends Table {
    private static final int SLOT_4 = 4 + 2 * 4;

    Bytes bytes() {
      int offset = __offset(SLOT_4);
      if (offset == 0) {
        return Bytes.NONE;
      }
      byte[] out = new byte[__vector_len(offset)];
      bb.duplicate().position(__vector(offset)).get(out);
      return Bytes.wrap(out);
    }
  }

  /** The lower-case form under which a header is told to the runner. */
  static String headerName(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
