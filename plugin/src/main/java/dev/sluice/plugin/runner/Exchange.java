// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.runner;

import dev.sluice.plugin.filter.CallPort.Answer;
import dev.sluice.plugin.filter.FilterRegistry;
import dev.sluice.plugin.filter.FilterRoute;
import dev.sluice.plugin.filter.RequestWalk;
import dev.sluice.plugin.filter.ResponseWalk;
import dev.sluice.plugin.protocol.A6Codec;
import dev.sluice.plugin.protocol.A6Message;
import dev.sluice.plugin.protocol.A6Reply;
import dev.sluice.plugin.protocol.A6Reply.ExtraInfoQuery;
import dev.sluice.plugin.protocol.Frame;
import dev.sluice.plugin.protocol.FrameDecoder;
import dev.sluice.plugin.protocol.FrameType;
import dev.sluice.plugin.runner.RunnerListener.ReplyKind;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The conversation on one connection: one request at a time, in the order of arrival, with one reply each. Not thread-safe;
 * confined to the connection's event loop, but for {@link #execute}.
 */
final class Exchange implements FrameDecoder.Sink {
  /*
   * States: idle (no call, nothing waiting), open (a call), closed. A request frame that arrives while a call is open waits;
   * APISIX never sends one, so a short queue is enough and a longer one is no gateway.
   *
   * When a call ends while a question is out, the gateway will answer it before it reads the reply. That answer belongs to
   * nobody and is skipped: answers come in the order of the questions, so a count of those to skip is all it takes.
   */
  private static final int MAX_WAITING_FRAMES = 16;
  private static final long MAX_WAITING_BYTES = 1 << 20;
  private static final int ANSWER_OVERHEAD_BYTES = 64;

  /** A request frame behind an open call. */
  private record Waiting(A6Message message, FrameType type, int bytes, long receivedNanos) {}

  private final Channel channel;
  private final RunnerScope scope;
  private final DeadlineQueue deadlines;
  private final Queue<Waiting> waiting = new ArrayDeque<>(0);
  private long waitingBytes;
  private @Nullable OpenCall open;
  private int answersToSkip;
  private boolean advancing;
  private boolean closed;

  Exchange(Channel channel, RunnerScope scope, DeadlineQueue deadlines) {
    this.channel = channel;
    this.scope = scope;
    this.deadlines = deadlines;
  }

  /** Runs a task on the event loop, at once if this is it. From any thread. */
  void execute(Runnable task) {
    if (channel.eventLoop().inEventLoop()) {
      task.run();
    } else {
      channel.eventLoop().execute(task);
    }
  }

  // ---- from the gateway

  @Override
  public long limitBytes(FrameType type) {
    if (type != FrameType.EXTRA_INFO) {
      return Frame.MAX_PAYLOAD_BYTES;
    }
    OpenCall.Question question = open == null ? null : open.asked();
    return question == null || answersToSkip > 0
        ? 0
        : Math.min(Frame.MAX_PAYLOAD_BYTES, question.maxBytes() + ANSWER_OVERHEAD_BYTES);
  }

  @Override
  public void frame(FrameType type, ByteBuf payload) {
    if (closed) {
      return;
    }
    if (type == FrameType.EXTRA_INFO) {
      if (answersToSkip > 0) {
        answersToSkip--;
      } else {
        extraInfo(A6Codec.decode(type, payload));
      }
      return;
    }
    int bytes = payload.readableBytes();
    long now = scope.ticker().read();
    Waiting next = new Waiting(A6Codec.decode(type, payload), type, bytes, now);
    if (open == null && waiting.isEmpty()) {
      handle(next);
    } else if (waiting.size() < MAX_WAITING_FRAMES && waitingBytes + bytes <= MAX_WAITING_BYTES) {
      waiting.add(next);
      waitingBytes += bytes;
    } else {
      unreadable("too many requests ahead of their replies");
    }
  }

  @Override
  public void skipped(FrameType type, int payloadBytes) {
    if (closed) {
      return;
    }
    if (answersToSkip > 0) {
      answersToSkip--;
      return;
    }
    answer(new Answer.TooLong(payloadBytes));
  }

  @Override
  public void unreadable(String reason) {
    scope.listener().malformedFrame();
    scope.log().warn("event=connection_unreadable", reason);
    channel.close();
  }

  /** The connection is gone. */
  void closed() {
    closed = true;
    waiting.clear();
    OpenCall call = open;
    if (call != null) {
      open = null;
      end(call);
      scope.listener().callAbandoned();
      call.abandoned();
    }
  }

  /** The runner ends: what is open is refused, then the connection is closed. */
  void drained() {
    waiting.clear();
    if (open != null) {
      open.refuse(Failure.DRAINING);
    }
    channel.eventLoop().execute(channel::close); // behind a decision that is on its way
  }

  private void extraInfo(A6Message message) {
    switch (message) {
      case A6Message.ExtraInfoReply reply -> {
        OpenCall.Question question = open == null ? null : open.asked();
        long bytes = reply.result().map(result -> (long) result.length()).orElse(0L);
        boolean tooLong = question != null && bytes > question.maxBytes();
        answer(tooLong ? new Answer.TooLong(bytes) : new Answer.Known(reply.result()));
      }
      case A6Message.Malformed malformed -> unreadable(malformed.reason());
      case A6Message.PrepareConf other -> throw new AssertionError("an extra info frame");
      case A6Message.HttpCall other -> throw new AssertionError("an extra info frame");
      case A6Message.RespCall other -> throw new AssertionError("an extra info frame");
    }
  }

  private void answer(Answer answer) {
    OpenCall call = open;
    if (call == null || call.asked() == null) {
      unreadable("an answer that nobody asked for");
    } else {
      call.answered(answer);
    }
  }

  private void handle(Waiting next) {
    switch (next.message()) {
      case A6Message.PrepareConf conf -> prepare(conf, next);
      case A6Message.HttpCall call -> request(call, next);
      case A6Message.RespCall call -> response(call, next);
      case A6Message.Malformed malformed -> {
        scope.listener().malformedFrame();
        scope.log().warn("event=payload_malformed", next.type() + ": " + malformed.reason());
        send(new A6Reply.Err(A6Reply.Err.Code.BAD_REQUEST), next.receivedNanos());
      }
      case A6Message.ExtraInfoReply other -> throw new AssertionError("answers do not wait");
    }
  }

  private void prepare(A6Message.PrepareConf message, Waiting frame) {
    long now = scope.ticker().read();
    Optional<ConfRegistry.Conf> conf = scope.confs().prepare(message, now);
    scope.listener().confCount(scope.confs().size());
    if (conf.isEmpty()) {
      scope.log().warn("event=conf_refused", scope.confs().size() + " configurations are held");
      send(new A6Reply.Err(A6Reply.Err.Code.SERVICE_UNAVAILABLE), frame.receivedNanos());
      return;
    }
    if (conf.get().route() instanceof FilterRoute.Broken broken) {
      scope.log().brokenRoute(FilterRegistry.shown(message.key()), broken.reason());
    }
    send(new A6Reply.ConfToken(conf.get().token()), frame.receivedNanos());
  }

  private void request(A6Message.HttpCall message, Waiting frame) {
    Optional<FilterRoute> route = routeOf(message.confToken(), frame);
    if (route.isEmpty()) {
      return;
    }
    OpenCall call = begin(frame);
    switch (route.get()) {
      case FilterRoute.Broken broken -> {
        call.about(Subjects.refusedRequest(message, scope.answers()));
        call.refuse(Failure.MISCONFIGURED);
      }
      case FilterRoute.Ready ready -> {
        RequestWalk walk = new RequestWalk(message, ready, call);
        call.about(Subjects.request(message, walk, scope));
        if (scope.open().draining()) {
          call.refuse(Failure.DRAINING);
        } else {
          walk.start();
        }
      }
    }
  }

  private void response(A6Message.RespCall message, Waiting frame) {
    Optional<FilterRoute> route = routeOf(message.confToken(), frame);
    if (route.isEmpty()) {
      return;
    }
    OpenCall call = begin(frame);
    switch (route.get()) {
      case FilterRoute.Broken broken -> {
        call.about(Subjects.refusedResponse(message, scope.answers()));
        call.refuse(Failure.MISCONFIGURED);
      }
      case FilterRoute.Ready ready -> {
        ResponseWalk walk = new ResponseWalk(message, ready, call);
        call.about(Subjects.response(message, walk, scope));
        walk.start();
      }
    }
  }

  private Optional<FilterRoute> routeOf(long confToken, Waiting frame) {
    Optional<FilterRoute> route = scope.confs().find(confToken, frame.receivedNanos()).map(ConfRegistry.Conf::route);
    if (route.isEmpty()) {
      send(new A6Reply.Err(A6Reply.Err.Code.CONF_TOKEN_NOT_FOUND), frame.receivedNanos());
    }
    return route;
  }

  private OpenCall begin(Waiting frame) {
    OpenCall call = new OpenCall(this, scope, frame.receivedNanos());
    open = call;
    deadlines.join(call);
    scope.open().opened();
    scope.listener().callOpened();
    return call;
  }

  // ---- to the gateway

  /** Sends a call's question. */
  void ask(OpenCall call, ExtraInfoQuery query) {
    if (open == call && !closed) {
      channel.writeAndFlush(A6Codec.encode(query, channel.alloc()), channel.voidPromise());
    }
  }

  /** Sends what the filters decided; what can't be sent becomes a failure of theirs. */
  void decided(OpenCall call, OpenCall.Subject subject) {
    if (open != call) {
      call.lost();
      return;
    }
    ByteBuf frame;
    ReplyKind kind;
    try {
      A6Reply reply = subject.decision();
      frame = A6Codec.encode(reply, channel.alloc());
      kind = Subjects.kind(reply);
    } catch (RuntimeException e) {
      scope.listener().filterFailed("reply");
      scope.log().warn("event=reply_refused", String.valueOf(e.getMessage()));
      refused(call, subject.refusal(Failure.FILTER_FAILED));
      return;
    }
    finish(call);
    channel
        .writeAndFlush(frame)
        .addListener(
            (ChannelFuture written) -> {
              if (written.isSuccess()) {
                call.delivered();
              } else {
                call.lost();
              }
            });
    scope.listener().replied(kind, scope.ticker().read() - call.receivedNanos());
    advance();
  }

  /** Sends a refusal in place of what the filters might have decided. */
  void refused(OpenCall call, A6Reply refusal) {
    if (open == call) {
      finish(call);
      send(refusal, call.receivedNanos());
      call.lost();
      advance();
    } else {
      call.lost();
    }
  }

  private void send(A6Reply reply, long receivedNanos) {
    ByteBuf frame;
    ReplyKind kind = Subjects.kind(reply);
    try {
      frame = A6Codec.encode(reply, channel.alloc());
    } catch (IllegalArgumentException e) {
      scope.log().warn("event=refusal_unsendable", String.valueOf(e.getMessage()));
      frame = A6Codec.encode(new A6Reply.Err(A6Reply.Err.Code.SERVICE_UNAVAILABLE), channel.alloc());
      kind = ReplyKind.ERROR;
    }
    channel.writeAndFlush(frame, channel.voidPromise());
    scope.listener().replied(kind, scope.ticker().read() - receivedNanos);
  }

  private void finish(OpenCall call) {
    if (call.asked() != null) {
      answersToSkip++;
    }
    open = null;
    end(call);
  }

  private void end(OpenCall call) {
    deadlines.leave(call);
    scope.open().ended();
  }

  /** Takes up what waits, unless that is happening further up the stack. */
  private void advance() {
    if (advancing) {
      return;
    }
    advancing = true;
    try {
      Waiting next = open == null && !closed ? waiting.poll() : null;
      while (next != null) {
        waitingBytes -= next.bytes();
        handle(next);
        next = open == null && !closed ? waiting.poll() : null;
      }
    } finally {
      advancing = false;
    }
  }
}
