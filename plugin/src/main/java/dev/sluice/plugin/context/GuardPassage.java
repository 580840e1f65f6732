// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.context;

import dev.sluice.plugin.admission.CallerWishes;
import dev.sluice.plugin.answer.Reason;
import dev.sluice.plugin.answer.Refusal;
import dev.sluice.plugin.body.BodyChange;
import dev.sluice.plugin.body.BodyIntake.Outcome;
import dev.sluice.plugin.body.ReadBody;
import dev.sluice.plugin.context.ContextJudge.Question;
import dev.sluice.plugin.dialect.BodyEdit;
import dev.sluice.plugin.dialect.Dialect;
import dev.sluice.plugin.dialect.PromptShape;
import dev.sluice.plugin.filter.RunnerRequest;
import dev.sluice.plugin.filter.RunnerResponse;
import dev.sluice.plugin.header.InternalHeaders;
import dev.sluice.plugin.hook.ContentHook;
import dev.sluice.plugin.hook.HookAnswer;
import dev.sluice.plugin.hook.Webhook;
import dev.sluice.plugin.protocol.Bytes;
import dev.sluice.routing.Entitlement;
import dev.sluice.routing.provider.Resolution;
import java.util.Optional;
import org.apache.apisix.plugin.runner.filter.PluginFilterChain;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request on its way through the guard.
 *
 * <p>Not thread-safe; confined to the connection's event loop, to which every answer from elsewhere returns first.
 */
final class GuardPassage {
  /** The hosted call. Immutable. */
  record Call(RunnerRequest request, RunnerResponse response, PluginFilterChain chain) {}

  private static final Logger log = LoggerFactory.getLogger(GuardPassage.class);

  private final GuardDesk desk;
  private final Call call;
  private final Dialect dialect;
  private final Entitlement entitlement;
  private boolean gone;
  private int arrivedBytes;
  private boolean replaced;
  private boolean fitted;
  private long sinceNanos;

  GuardPassage(GuardDesk desk, Call call, Dialect dialect, Entitlement entitlement) {
    this.desk = desk;
    this.call = call;
    this.dialect = dialect;
    this.entitlement = entitlement;
  }

  void begin() {
    call.request().onDisconnect(() -> gone = true);
    Optional<Refusal> early =
        desk.admission().bodies().check(call.request(), dialect).or(() -> CallerWishes.ambiguous(call.request().headers()));
    if (early.isPresent()) {
      refuse(early.get());
    } else {
      desk.admission().bodies().read(call.request(), dialect, this::arrived);
    }
  }

  private void arrived(Outcome outcome) {
    if (gone) {
      return;
    }
    switch (outcome) {
      case Outcome.Refused refused -> refuse(refused.refusal());
      case Outcome.Read read -> {
        arrivedBytes = read.body().length();
        sinceNanos = nowNanos() - read.workedNanos();
        desk.hooks().content().ifPresentOrElse(hook -> ask(hook, read), () -> guard(read));
      }
    }
  }

  private long nowNanos() {
    return desk.admission().bodies().ticker().read();
  }

  private void ask(ContentHook hook, Outcome.Read read) {
    int kib = 2 * kib(read.body().array()); // it and what is sent
    if (!desk.counting().heldKib().tryAcquire(kib)) {
      answered(hook, read, new Webhook.Result.Failed<>(Webhook.Failure.BUSY));
      return;
    }
    long askedNanos = nowNanos();
    ContentHook.Subject subject =
        new ContentHook.Subject(call.request().getPath(), read.result().shape().model(), entitlement.account(), entitlement.keyId());
    hook.ask(
        subject,
        read.body().array(),
        result -> {
          desk.counting().heldKib().release(kib);
          call.request()
              .execute(
                  () -> {
                    sinceNanos += nowNanos() - askedNanos;
                    answered(hook, read, result);
                  });
        });
  }

  private void answered(ContentHook hook, Outcome.Read read, Webhook.Result<HookAnswer> result) {
    if (gone) {
      return;
    }
    switch (result) {
      case Webhook.Result.Answered<HookAnswer> answered -> {
        switch (answered.answer()) {
          case HookAnswer.Allow allow -> guard(read);
          case HookAnswer.Deny deny -> deny(deny.reason());
          case HookAnswer.Replace replace -> readAgain(replace.request().array(), Reason.HOOK_FAILED);
        }
      }
      case Webhook.Result.Failed<HookAnswer> failed -> {
        desk.listener().failed(failed.failure());
        if (hook.open()) {
          desk.listener().left(GuardDesk.Outcome.UNCHECKED);
          guard(read);
        } else {
          refuse(Refusal.of(Reason.HOOK_FAILED));
        }
      }
    }
  }

  private void deny(String reason) {
    desk.listener().left(GuardDesk.Outcome.DENIED);
    refuse(reason.isEmpty() ? Refusal.of(Reason.CONTENT_DENIED) : Refusal.of(Reason.CONTENT_DENIED, reason));
  }

  /** Takes a webhook's request in place of the caller's; one that is no request is the webhook's fault, not the caller's. */
  private void readAgain(byte[] request, Reason otherwise) {
    if (request.length > desk.admission().bodies().maxBytes()) {
      refuse(Refusal.of(otherwise));
      return;
    }
    desk.admission()
        .bodies()
        .parse(
            call.request(),
            dialect,
            request,
            sinceNanos,
            outcome -> {
              if (gone) {
                return;
              }
              replaced = true;
              switch (outcome) {
                case Outcome.Read read -> guard(read);
                case Outcome.Refused refused -> {
                  desk.listener().failed(Webhook.Failure.UNREADABLE);
                  refuse(Refusal.of(otherwise));
                }
              }
            });
  }

  private void guard(Outcome.Read read) {
    PromptShape shape = read.result().shape();
    if (!(desk.admission().catalog().get().resolve(shape.model()) instanceof Resolution.Served served)) {
      goOn(read.body().array(), shape, BodyEdit.none(read.body().array())); // nobody serves it, which the scheduler's filter says best
      return;
    }
    ContextTerms terms = desk.policy().terms(shape.model(), served.model(), level(shape));
    long most =
        served.servings().stream()
            .filter(serving -> entitlement.allowsProvider(serving.provider().name()))
            .mapToLong(serving -> serving.served().limits().maxContextTokens())
            .max()
            .orElse(Long.MAX_VALUE); // no provider for this caller, which the scheduler's filter says best
    Question question = new Question(dialect, read.body(), read.result(), Math.min(most, terms.limit().orElse(most)), terms);
    Optional<ContextVerdict> atOnce = desk.counting().judge().atOnce(question);
    if (atOnce.isPresent()) {
      follow(question, atOnce.get(), GuardDesk.Outcome.FITTED);
    } else {
      count(question);
    }
  }

  private int level(PromptShape shape) {
    int own = entitlement.terms().level().orElse(desk.admission().limits().defaultLevel());
    return CallerWishes.lane(call.request().headers(), shape.serviceTier(), own, desk.admission().limits());
  }

  private void count(Question question) {
    int kib = kib(question.body());
    if (!desk.counting().heldKib().tryAcquire(kib)) {
      refuse(Refusal.of(Reason.QUEUE_FULL));
      return;
    }
    String model = question.shape().model();
    desk.counting()
        .executor()
        .execute(
            () -> {
              try {
                ContextVerdict verdict = desk.counting().judge().judge(question, model);
                call.request().execute(() -> counted(question, verdict));
              } catch (RuntimeException e) {
                log.error("a count failed: {}", e.getClass().getName()); // its message may quote a prompt
                call.request().execute(() -> refuse(Refusal.of(Reason.FILTER_FAILED)));
              } finally {
                desk.counting().heldKib().release(kib);
              }
            });
  }

  private static int kib(byte[] body) {
    return body.length / 1024 + 1;
  }

  private void counted(Question question, ContextVerdict verdict) {
    if (!gone) {
      follow(question, verdict, GuardDesk.Outcome.COUNTED);
    }
  }

  private void follow(Question question, ContextVerdict verdict, GuardDesk.Outcome outcome) {
    switch (verdict) {
      case ContextVerdict.Fits fits -> {
        Optional<String> cut = fits.cut();
        if (fitted) {
          cut = Optional.of("strategy=custom; prompt_tokens=%d".formatted(fits.shape().promptTokens()));
        }
        desk.listener().left(fitted ? GuardDesk.Outcome.REPLACED : cut.isPresent() ? GuardDesk.Outcome.TRUNCATED : outcome);
        cut.ifPresent(text -> call.response().addResponseHeader(InternalHeaders.TRUNCATED, text));
        goOn(question.body(), fits.shape(), fits.edit());
      }
      case ContextVerdict.Beyond beyond -> {
        if (question.terms().strategy() == Strategy.CUSTOM && !fitted && desk.hooks().fitting().isPresent()) {
          fit(question, beyond);
        } else {
          tooLong(Answers.beyond(beyond));
        }
      }
      case ContextVerdict.OutputTooLong output -> tooLong(Answers.outputTooLong(output));
    }
  }

  /** Asks a webhook for a request that fits; what it gives is judged once more. */
  private void fit(Question question, ContextVerdict.Beyond beyond) {
    fitted = true;
    long askedNanos = nowNanos();
    desk.hooks()
        .fitting()
        .orElseThrow()
        .ask(
            question.shape().model(),
            beyond.limit(),
            beyond.prompt() + beyond.output(),
            question.body(),
            result ->
                call.request()
                    .execute(
                        () -> {
                          sinceNanos += nowNanos() - askedNanos;
                          fittedAs(beyond, result);
                        }));
  }

  private void fittedAs(ContextVerdict.Beyond beyond, Webhook.Result<byte[]> result) {
    if (gone) {
      return;
    }
    switch (result) {
      case Webhook.Result.Answered<byte[]> answered -> readAgain(answered.answer(), Reason.HOOK_FAILED);
      case Webhook.Result.Failed<byte[]> failed -> {
        desk.listener().failed(failed.failure());
        tooLong(Answers.beyond(beyond));
      }
    }
  }

  private void tooLong(Refusal refusal) {
    desk.listener().left(GuardDesk.Outcome.REFUSED);
    refuse(refusal);
  }

  /** Hands the request on with what is to become of its body. */
  private void goOn(byte[] body, PromptShape shape, BodyEdit edit) {
    BodyChange change = replaced ? new BodyChange.Replaced(Bytes.of(edit.apply(body))) : BodyChange.of(edit);
    int bytes = replaced ? Math.max(arrivedBytes, body.length) : arrivedBytes;
    call.request().put(ReadBody.ATTRIBUTE, new ReadBody(shape, bytes, change, nowNanos() - sinceNanos));
    call.chain().filter(call.request(), call.response());
  }

  private void refuse(Refusal refusal) {
    desk.admission().refusals().refuse(call.request(), call.response(), refusal);
    call.chain().filter(call.request(), call.response());
  }
}
