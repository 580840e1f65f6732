// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.gateway;

import dev.sluice.t.gateway.config.Plugin;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One {@code HTTP_REQ_CALL} with its questions and its at most three tries. Not thread-safe; confined to the worker's event
 * loop.
 *
 * <p>The answer is delivered once, unless the call is aborted first.
 */
final class RunnerCall {
  private static final int MAX_TRIES = 3;

  private final RunnerLink link;
  private final String confKey;
  private final Plugin.ExtPluginPreReq plugin;
  private final Subject subject;
  private final Consumer<RunnerAnswer> answer;
  private @Nullable RunnerSocket socket;
  private int tries;
  private boolean ended;

  RunnerCall(
      RunnerLink link, String confKey, Plugin.ExtPluginPreReq plugin, Subject subject, Consumer<RunnerAnswer> answer) {
    this.link = link;
    this.confKey = confKey;
    this.plugin = plugin;
    this.subject = subject;
    this.answer = answer;
  }

  /** What is asked about. */
  interface Subject {
    GatewayRequest request();

    Optional<String> variable(String name);
  }

  /** Takes a connection first and prepares the route second, if need be on another connection: APISIX's order. */
  void start() {
    tries++;
    link.connect(new RunnerLink.Outcome<>() {
      @Override
      public void ready(RunnerSocket connected) {
        if (ended) {
          connected.close();
          return;
        }
        socket = connected;
        link.token(confKey, plugin.conf(), tokenFor(connected));
      }

      @Override
      public void failed(String reason) {
        end(new RunnerAnswer.Failed(reason));
      }
    });
  }

  private RunnerLink.Outcome<Long> tokenFor(RunnerSocket connected) {
    return new RunnerLink.Outcome<>() {
      @Override
      public void ready(Long token) {
        if (!ended) {
          call(connected, token);
        }
      }

      @Override
      public void failed(String reason) {
        connected.close();
        end(new RunnerAnswer.Failed(reason));
      }
    };
  }

  /** Hangs up on the runner: the client is gone and nobody wants the answer. */
  void abort() {
    ended = true;
    if (socket != null) {
      socket.close();
    }
  }

  private void call(RunnerSocket connected, long token) {
    Optional<byte[]> payload = A6Frames.httpReqCall(link.nextCallId(), token, subject.request());
    if (payload.isEmpty()) {
      connected.close();
      end(new RunnerAnswer.Failed("the protocol has no such method: " + subject.request().method()));
      return;
    }
    connected.send(A6Frames.HTTP_REQ_CALL, payload.get(), new Conversation(connected));
  }

  private void end(RunnerAnswer result) {
    if (!ended) {
      ended = true;
      answer.accept(result);
    }
  }

  private final class Conversation implements RunnerSocket.Receiver {
    private final RunnerSocket connected;

    Conversation(RunnerSocket connected) {
      this.connected = connected;
    }

    @Override
    public void onFrame(int type, ByteBuffer payload) {
      switch (type) {
        case A6Frames.EXTRA_INFO -> reply(A6Frames.readQuery(payload));
        case A6Frames.HTTP_REQ_CALL -> {
          RunnerAnswer result = A6Frames.readAnswer(payload);
          link.release(connected);
          end(result);
        }
        case A6Frames.ERROR -> {
          connected.close();
          error(A6Frames.readError(payload));
        }
        default -> {
          connected.close();
          onFailure("unexpected type " + type);
        }
      }
    }

    private void reply(A6Frames.Query query) {
      switch (query) {
        case A6Frames.Query.Variable(String name) -> reply(
            subject.variable(name).map(text -> text.getBytes(StandardCharsets.UTF_8)));
        case A6Frames.Query.Body body -> {
          byte[] bytes = subject.request().body();
          reply(bytes.length == 0 ? Optional.empty() : Optional.of(bytes));
        }
        case A6Frames.Query.Unsupported(int type) -> {
          connected.close();
          onFailure("unsupported info type: " + type);
        }
      }
    }

    private void reply(Optional<byte[]> result) {
      connected.send(A6Frames.EXTRA_INFO, A6Frames.extraInfo(result), this);
    }

    private void error(int code) {
      if (code == A6Frames.CONF_TOKEN_NOT_FOUND && !ended) {
        link.flushTokens();
        if (tries < MAX_TRIES) {
          start();
          return;
        }
      }
      end(new RunnerAnswer.Failed("the runner answered error " + code + " at try " + tries));
    }

    @Override
    public void onFailure(String reason) {
      end(new RunnerAnswer.Failed("failed to receive RPC_HTTP_REQ_CALL: " + reason));
    }
  }
}
