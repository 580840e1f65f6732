// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.gateway;

import com.google.flatbuffers.FlatBufferBuilder;
import io.github.api7.A6.Err.Code;
import io.github.api7.A6.ExtraInfo.Info;
import io.github.api7.A6.HTTPReqCall.Action;
import io.github.api7.A6.HTTPReqCall.Req;
import io.github.api7.A6.HTTPReqCall.Resp;
import io.github.api7.A6.HTTPReqCall.Rewrite;
import io.github.api7.A6.HTTPReqCall.Stop;
import io.github.api7.A6.TextEntry;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A runner that does what a test tells it, one virtual thread a connection. Thread-safe. */
final class FakeRunner implements AutoCloseable {
  private final Path path;
  private final ServerSocketChannel server;
  private final AtomicInteger connections = new AtomicInteger();
  private final Map<String, Integer> confTokens = new HashMap<>();
  private final Queue<SocketChannel> open = new ConcurrentLinkedQueue<>();
  private volatile Script script;
  final LinkedBlockingQueue<Frame> frames = new LinkedBlockingQueue<>();
  final LinkedBlockingQueue<Integer> closed = new LinkedBlockingQueue<>();

  /** A frame as the gateway sent it. */
  record Frame(int connection, int type, ByteBuffer payload) {}

  /** Handles one HTTP_REQ_CALL; whatever it does is the runner's behaviour. */
  interface Script {
    void onCall(Conversation gateway, Req call) throws IOException;
  }

  FakeRunner(Path path, Script script) throws IOException {
    this.path = path;
    this.script = script;
    this.server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(path), 4096);
    Thread.ofVirtual().start(this::accept);
  }

  void script(Script next) {
    script = next;
  }

  int connections() {
    return connections.get();
  }

  Frame next(int type) throws InterruptedException {
    while (true) {
      Frame frame = frames.poll(10, TimeUnit.SECONDS);
      if (frame == null) {
        throw new AssertionError("no frame of type " + type + " within 10 s");
      }
      if (frame.type() == type) {
        return frame;
      }
    }
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel channel = server.accept();
        open.add(channel);
        int number = connections.incrementAndGet();
        Thread.ofVirtual().start(() -> serve(number, channel));
      }
    } catch (IOException stopped) {
      // The test is over.
    }
  }

  private void serve(int number, SocketChannel channel) {
    try (channel) {
      Conversation conversation = new Conversation(number, channel);
      while (true) {
        Frame frame = conversation.read();
        if (frame.type() == A6Frames.PREPARE_CONF) {
          conversation.send(A6Frames.PREPARE_CONF, prepared(frame));
        } else {
          script.onCall(conversation, Req.getRootAsReq(frame.payload().duplicate()));
        }
      }
    } catch (IOException gone) {
      closed.add(number);
    }
  }

  private synchronized byte[] prepared(Frame frame) {
    String key = io.github.api7.A6.PrepareConf.Req.getRootAsReq(frame.payload().duplicate()).key();
    int token = confTokens.computeIfAbsent(key, k -> confTokens.size() + 1);
    FlatBufferBuilder builder = new FlatBufferBuilder();
    builder.finish(io.github.api7.A6.PrepareConf.Resp.createResp(builder, token));
    return builder.sizedByteArray();
  }

  /** Dies: the socket is gone and every connection with it. */
  @Override
  public void close() throws IOException {
    server.close();
    for (SocketChannel channel : open) {
      channel.close();
    }
    Files.deleteIfExists(path);
  }

  /** One connection, from the runner's side. */
  final class Conversation {
    private final int number;
    private final SocketChannel channel;

    Conversation(int number, SocketChannel channel) {
      this.number = number;
      this.channel = channel;
    }

    int number() {
      return number;
    }

    Frame read() throws IOException {
      ByteBuffer header = read(4);
      int type = header.get(0);
      int length = header.getInt(0) & 0xffffff;
      Frame frame = new Frame(number, type, read(length));
      frames.add(frame);
      return frame;
    }

    private ByteBuffer read(int length) throws IOException {
      ByteBuffer buffer = ByteBuffer.allocate(length);
      while (buffer.hasRemaining()) {
        if (channel.read(buffer) < 0) {
          throw new EOFException();
        }
      }
      return buffer.flip();
    }

    void send(int type, byte[] payload) throws IOException {
      ByteBuffer frame = ByteBuffer.allocate(4 + payload.length);
      frame.putInt(payload.length).put(payload).put(0, (byte) type).flip();
      Channels.newOutputStream(channel).write(frame.array());
    }

    ByteBuffer askBody() throws IOException {
      FlatBufferBuilder builder = new FlatBufferBuilder();
      io.github.api7.A6.ExtraInfo.ReqBody.startReqBody(builder);
      int info = io.github.api7.A6.ExtraInfo.ReqBody.endReqBody(builder);
      builder.finish(io.github.api7.A6.ExtraInfo.Req.createReq(builder, Info.ReqBody, info));
      return ask(builder);
    }

    ByteBuffer askVariable(String name) throws IOException {
      FlatBufferBuilder builder = new FlatBufferBuilder();
      int info = io.github.api7.A6.ExtraInfo.Var.createVar(builder, builder.createString(name));
      builder.finish(io.github.api7.A6.ExtraInfo.Req.createReq(builder, Info.Var, info));
      return ask(builder);
    }

    private ByteBuffer ask(FlatBufferBuilder builder) throws IOException {
      send(A6Frames.EXTRA_INFO, builder.sizedByteArray());
      return read().payload();
    }

    void error(byte code) throws IOException {
      FlatBufferBuilder builder = new FlatBufferBuilder();
      builder.finish(io.github.api7.A6.Err.Resp.createResp(builder, code));
      send(A6Frames.ERROR, builder.sizedByteArray());
    }

    void tokenNotFound() throws IOException {
      error((byte) Code.CONF_TOKEN_NOT_FOUND);
    }

    void pass() throws IOException {
      FlatBufferBuilder builder = new FlatBufferBuilder();
      builder.finish(Resp.createResp(builder, 0, Action.NONE, 0));
      send(A6Frames.HTTP_REQ_CALL, builder.sizedByteArray());
    }

    void stop(int status, String body, String... headers) throws IOException {
      FlatBufferBuilder builder = new FlatBufferBuilder();
      int bodyAt = Stop.createBodyVector(builder, body.getBytes(StandardCharsets.UTF_8));
      int headersAt = Stop.createHeadersVector(builder, entries(builder, headers));
      int stop = Stop.createStop(builder, status, headersAt, bodyAt);
      builder.finish(Resp.createResp(builder, 0, Action.Stop, stop));
      send(A6Frames.HTTP_REQ_CALL, builder.sizedByteArray());
    }

    void rewrite(String[] headers, String[] respHeaders, String path, String body) throws IOException {
      rewrite(headers, respHeaders, new String[0], path, body);
    }

    void rewrite(String[] headers, String[] respHeaders, String[] args, String path, String body) throws IOException {
      FlatBufferBuilder builder = new FlatBufferBuilder();
      int bodyAt = builder.createByteVector(body.getBytes(StandardCharsets.UTF_8));
      int pathAt = builder.createString(path);
      int headersAt = Rewrite.createHeadersVector(builder, entries(builder, headers));
      int argsAt = Rewrite.createArgsVector(builder, entries(builder, args));
      int respAt = Rewrite.createRespHeadersVector(builder, entries(builder, respHeaders));
      // One slot more than the published classes know, for the body.
      builder.startTable(5);
      if (!path.isEmpty()) {
        Rewrite.addPath(builder, pathAt);
      }
      Rewrite.addHeaders(builder, headersAt);
      Rewrite.addArgs(builder, argsAt);
      Rewrite.addRespHeaders(builder, respAt);
      if (!body.isEmpty()) {
        builder.addOffset(4, bodyAt, 0);
      }
      int rewrite = builder.endTable();
      builder.finish(Resp.createResp(builder, 0, Action.Rewrite, rewrite));
      send(A6Frames.HTTP_REQ_CALL, builder.sizedByteArray());
    }

    /** Holds the call until the gateway hangs up or the latch opens. */
    void hold(CountDownLatch release) throws IOException {
      try {
        if (!release.await(20, TimeUnit.SECONDS)) {
          throw new AssertionError("held for 20 s");
        }
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }

    private int[] entries(FlatBufferBuilder builder, String... namesAndValues) {
      List<Integer> out = new ArrayList<>();
      for (int i = 0; i < namesAndValues.length; i += 2) {
        int name = builder.createString(namesAndValues[i]);
        String value = namesAndValues[i + 1];
        int valueAt = value == null ? 0 : builder.createString(value);
        TextEntry.startTextEntry(builder);
        TextEntry.addName(builder, name);
        if (value != null) {
          TextEntry.addValue(builder, valueAt);
        }
        out.add(TextEntry.endTextEntry(builder));
      }
      return out.stream().mapToInt(Integer::intValue).toArray();
    }
  }
}
