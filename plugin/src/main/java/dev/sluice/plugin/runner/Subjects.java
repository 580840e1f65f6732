// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.runner;

import dev.sluice.plugin.filter.RequestWalk;
import dev.sluice.plugin.filter.ResponseWalk;
import dev.sluice.plugin.protocol.A6Message;
import dev.sluice.plugin.protocol.A6Reply;
import dev.sluice.plugin.protocol.Field;
import dev.sluice.plugin.protocol.Verdict;
import dev.sluice.plugin.runner.RunnerListener.ReplyKind;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** The replies to requests and to responses, decided or refused. Stateless. */
final class Subjects {
  /** What APISIX's {@code exclude_resp_header} leaves out of {@code Rewrite.resp_headers}. */
  private static final Set<String> UNSETTABLE_WHEN_ADMITTED =
      Set.of(
          "connection",
          "content-length",
          "transfer-encoding",
          "location",
          "server",
          "www-authenticate",
          "content-encoding",
          "content-type",
          "content-location",
          "content-language");

  /** What frames the body of an answer, and is the gateway's to set. */
  private static final Set<String> UNSETTABLE_WHEN_STOPPED = Set.of("connection", "content-length", "transfer-encoding");

  private Subjects() {}

  static OpenCall.Subject request(A6Message.HttpCall call, RequestWalk walk, RunnerScope scope) {
    return new OpenCall.Subject() {
      @Override
      public A6Reply decision() {
        return new A6Reply.CallReply(call.id(), settable(walk.verdict(), scope.log()));
      }

      @Override
      public boolean stopped() {
        return walk.stopped();
      }

      @Override
      public A6Reply refusal(Failure failure) {
        return new A6Reply.CallReply(call.id(), scope.answers().answer(call.path(), failure));
      }
    };
  }

  static OpenCall.Subject response(A6Message.RespCall call, ResponseWalk walk, RunnerScope scope) {
    return new OpenCall.Subject() {
      @Override
      public A6Reply decision() {
        A6Reply.RespReply reply = walk.reply();
        List<Field> headers = settable(reply.headers(), UNSETTABLE_WHEN_STOPPED, scope.log());
        return new A6Reply.RespReply(reply.id(), reply.status(), headers, reply.body());
      }

      @Override
      public boolean stopped() {
        return walk.stopped();
      }

      @Override
      public A6Reply refusal(Failure failure) {
        return refusedReply(call.id(), scope.answers().answer("", failure));
      }
    };
  }

  static OpenCall.Subject refusedRequest(A6Message.HttpCall call, FailureAnswers answers) {
    return new Refused() {
      @Override
      public A6Reply refusal(Failure failure) {
        return new A6Reply.CallReply(call.id(), answers.answer(call.path(), failure));
      }
    };
  }

  static OpenCall.Subject refusedResponse(A6Message.RespCall call, FailureAnswers answers) {
    return new Refused() {
      @Override
      public A6Reply refusal(Failure failure) {
        return refusedReply(call.id(), answers.answer("", failure));
      }
    };
  }

  static ReplyKind kind(A6Reply reply) {
    return switch (reply) {
      case A6Reply.ConfToken token -> ReplyKind.CONF_TOKEN;
      case A6Reply.CallReply call ->
          switch (call.verdict()) {
            case Verdict.Continue none -> ReplyKind.CONTINUE;
            case Verdict.Rewrite rewrite -> ReplyKind.REWRITE;
            case Verdict.Stop stop -> ReplyKind.STOP;
          };
      case A6Reply.RespReply resp -> ReplyKind.RESPONSE;
      case A6Reply.Err err -> ReplyKind.ERROR;
      case A6Reply.ExtraInfoQuery query -> throw new IllegalArgumentException("reply: a question");
    };
  }

  private static Verdict settable(Verdict verdict, QuietLog log) {
    return switch (verdict) {
      case Verdict.Continue none -> none;
      case Verdict.Rewrite rewrite -> {
        List<Field> headers = settable(rewrite.responseHeaders(), UNSETTABLE_WHEN_ADMITTED, log);
        yield new Verdict.Rewrite(
            rewrite.path(), rewrite.headers(), rewrite.arguments(), headers, rewrite.body());
      }
      case Verdict.Stop stop ->
          new Verdict.Stop(stop.status(), settable(stop.headers(), UNSETTABLE_WHEN_STOPPED, log), stop.body());
    };
  }

  private static List<Field> settable(List<Field> headers, Set<String> unsettable, QuietLog log) {
    Optional<Field> first = headers.stream().filter(header -> isIn(unsettable, header)).findFirst();
    if (first.isEmpty()) {
      return headers;
    }
    log.warn("event=response_header_dropped", "the gateway does not let a runner set " + first.get().name());
    return headers.stream().filter(header -> !isIn(unsettable, header)).toList();
  }

  private static boolean isIn(Set<String> names, Field header) {
    return names.contains(header.name().toLowerCase(Locale.ROOT));
  }

  private static A6Reply.RespReply refusedReply(long id, Verdict.Stop stop) {
    return new A6Reply.RespReply(
        id, OptionalInt.of(stop.status()), stop.headers(), Optional.of(stop.body()).filter(b -> b.length() > 0));
  }

  /** A call that no filter sees. */
  private abstract static class Refused implements OpenCall.Subject {
    @Override
    public A6Reply decision() {
      throw new IllegalStateException("decision: by nobody");
    }

    @Override
    public boolean stopped() {
      return false;
    }
  }
}
