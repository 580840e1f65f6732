// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admission;

import dev.sluice.plugin.answer.Header;
import dev.sluice.plugin.answer.Reason;
import dev.sluice.plugin.answer.Refusal;
import dev.sluice.plugin.answer.RetryAfter;
import dev.sluice.plugin.body.BodyChange;
import dev.sluice.plugin.body.BodyIntake;
import dev.sluice.plugin.body.ReadBody;
import dev.sluice.plugin.charge.Charge;
import dev.sluice.plugin.charge.Charges.Opened;
import dev.sluice.plugin.dialect.Dialect;
import dev.sluice.plugin.dialect.PromptShape;
import dev.sluice.plugin.entitle.TokenRouterFilter;
import dev.sluice.plugin.filter.FetchedBody;
import dev.sluice.plugin.filter.RunnerRequest;
import dev.sluice.plugin.filter.RunnerResponse;
import dev.sluice.plugin.header.InternalHeaders;
import dev.sluice.plugin.lease.OpenLease;
import dev.sluice.routing.Entitlement;
import dev.sluice.routing.provider.Destination;
import dev.sluice.routing.provider.Provider;
import dev.sluice.routing.provider.TargetAnswer;
import dev.sluice.scheduler.Decision;
import dev.sluice.scheduler.EvictReason;
import dev.sluice.scheduler.Lease;
import dev.sluice.scheduler.RejectReason;
import dev.sluice.scheduler.WaitListener;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.apisix.plugin.runner.filter.PluginFilterChain;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way through the scheduler.
 *
 * <p>Not thread-safe; confined to the connection's event loop. The callbacks that come from elsewhere, a parsed body, the charge and
 * the scheduler's outcome, return to that loop first.
 */
final class Passage implements WaitListener {
  /** The hosted call. Immutable. */
  record Call(RunnerRequest request, RunnerResponse response, PluginFilterChain chain) {}

  private final AdmissionDesk desk;
  private final Call call;
  private final Dialect dialect;
  private final Entitlement entitlement;
  private final SchedulerConf conf;
  private boolean gone;
  private Charge charge = Charge.NONE;
  private PromptShape shape = opaque("", 0);
  private Placement.@Nullable Placed placed;
  private int bodyBytes;
  private BodyChange change = new BodyChange.None();
  private long workedNanos;
  private long resumedNanos;
  private long submittedNanos;

  /** Waited for capacity that it did not leave for. */
  private long waitedNanos;

  Passage(AdmissionDesk desk, Call call, Dialect dialect, Entitlement entitlement, SchedulerConf conf) {
    this.desk = desk;
    this.call = call;
    this.dialect = dialect;
    this.entitlement = entitlement;
    this.conf = conf;
  }

  /** Starts the passage: reads the body where it says what the request costs, unless a filter before has done so. */
  void begin() {
    call.request().onDisconnect(() -> gone = true);
    Optional<ReadBody> read = call.request().get(ReadBody.ATTRIBUTE);
    if (read.isPresent()) {
      accept(read.get());
      return;
    }
    Optional<Refusal> early = desk.bodies().check(call.request(), dialect);
    if (early.isPresent()) {
      refuse(early.get());
    } else if (BodyIntake.asksForModels(call.request())) {
      ModelList.answer(call.response(), desk.catalog().get(), entitlement);
      call.chain().filter(call.request(), call.response());
    } else if (dialect == Dialect.OPAQUE) {
      resumedNanos = call.request().receivedNanos();
      place(opaque(conf.model().orElse(""), desk.limits().opaqueTokens()));
    } else {
      desk.bodies().read(call.request(), dialect, this::read);
    }
  }

  /** The shape of a request whose body says nothing about tokens. */
  private static PromptShape opaque(String model, long tokens) {
    return new PromptShape(model, false, false, tokens, OptionalLong.of(0), 1, 0, Optional.empty(), false, false);
  }

  private long nowNanos() {
    return desk.departures().decisions().ticker().read();
  }

  private void read(BodyIntake.Outcome outcome) {
    if (gone) {
      return;
    }
    switch (outcome) {
      case BodyIntake.Outcome.Refused refused -> refuse(refused.refusal());
      case BodyIntake.Outcome.Read read -> accept(read.unchanged());
    }
  }

  private void accept(ReadBody read) {
    resumedNanos = nowNanos();
    workedNanos = read.workedNanos();
    bodyBytes = read.bytes();
    change = read.change();
    place(read.shape());
  }

  /** Finds the pool, the lane and the cost, and asks for capacity. */
  private void place(PromptShape read) {
    shape = read;
    switch (Placement.of(shape, bodyBytes, call.request().headers(), entitlement, conf, desk)) {
      case Placement.Refused refused -> refuse(refused.refusal());
      case Placement.Placed placed -> {
        Optional<Long> limit = call.request().get(TokenRouterFilter.TOKEN_LIMIT);
        if (limit.isPresent() && placed.request().contextTokens() > limit.get()) {
          refuse(Refusal.of(Reason.STORES_DOWN, "API keys can't be checked at the moment; until then a request may need at most " + limit.get() + " tokens. Set a lower output limit, or retry later."));
        } else if (desk.charges().free(entitlement)) {
          submit(placed);
        } else {
          desk.charges().open(placed.wish(entitlement), opened -> call.request().execute(() -> charged(placed, opened)));
        }
      }
    }
  }

  /** Goes on with the charge that every later early exit cancels, or refuses. */
  private void charged(Placement.Placed placed, Opened opened) {
    switch (opened) {
      case Opened.Charged charged -> {
        charge = charged.charge();
        if (gone) {
          charge.cancel();
        } else {
          submit(placed);
        }
      }
      case Opened.QuotaUsedUp full -> refuse(Placement.quotaUsedUp(full.quota()), RetryAfter.atReset(full.resetsIn()));
      case Opened.TooFast tooFast -> refuse(Refusal.of(Reason.KEY_RATE_EXCEEDED), tooFast.retryNanos());
      case Opened.Unknown unknown -> refuse(Refusal.of(Reason.STORES_DOWN));
    }
  }

  private void submit(Placement.Placed next) {
    placed = next;
    submittedNanos = nowNanos();
    decide(next, desk.scheduler().submit(next.served().model(), next.request(), this));
  }

  /** As it was last submitted. */
  private Placement.Placed placed() {
    return Objects.requireNonNull(placed, "not submitted yet");
  }

  private void decide(Placement.Placed submitted, Decision decision) {
    switch (decision) {
      case Decision.Admitted admitted -> admit(admitted.lease());
      case Decision.Queued queued -> call.request().onDisconnect(() -> queued.ticket().cancel());
      case Decision.Rejected rejected ->
          refuse(rejected(rejected.reason(), submitted), rejected.retryAfterNanos());
    }
  }

  @Override
  public void dispatched(Lease lease) {
    call.request().execute(() -> admit(lease));
  }

  @Override
  public void evicted(EvictReason reason, long retryAfterNanos) {
    if (reason == EvictReason.CANCELLED) {
      charge.cancel();
      return;
    }
    call.request().execute(() -> givenUp(reason, retryAfterNanos));
  }

  /** Sends to a supplier at once what may leave and finds room there; the rest is refused. */
  private void givenUp(EvictReason reason, long retryAfterNanos) {
    Optional<Placement.Placed> rescue = gone || reason == EvictReason.DRAINING ? Optional.empty() : placed().rescued(desk.spilling());
    waitedNanos += nowNanos() - submittedNanos;
    if (rescue.isPresent() && desk.scheduler().submit(rescue.get().served().model(), rescue.get().request(), this) instanceof Decision.Admitted admitted) {
      placed = rescue.get();
      admit(admitted.lease());
    } else {
      refuse(Refusal.of(reason(reason)), retryAfterNanos);
    }
  }

  /** Takes the lease on, and asks its provider where the request is to be sent. */
  private void admit(Lease lease) {
    if (gone) {
      lease.cancel();
      charge.cancel();
      return;
    }
    // Withdrawn if the connection goes before the reply is out; from then on the register answers for the lease.
    call.request()
        .onDisconnect(
            () -> {
              lease.cancel();
              charge.cancel();
            });
    Optional<Provider> provider = desk.catalog().get().provider(lease.provider());
    if (provider.isEmpty()) {
      // The configuration dropped the provider between the grant and now.
      goElsewhere(lease, Duration.ZERO);
      return;
    }
    Provider asked = provider.get();
    asked.target(placed().target(asked), answer -> call.request().execute(() -> aimed(lease, asked, answer)));
  }

  private void aimed(Lease lease, Provider provider, TargetAnswer answer) {
    switch (answer) {
      case TargetAnswer.Send send -> send(lease, send.destination());
      case TargetAnswer.NotNow notNow -> {
        Optional<Provider> successor = desk.catalog().get().provider(lease.provider()).filter(now -> !now.equals(provider));
        if (gone) {
          return;
        }
        if (successor.isPresent()) {
          // A reload closed the provider while it was asked.
          Provider next = successor.get();
          next.target(placed().target(next), again -> call.request().execute(() -> aimed(lease, next, again)));
        } else {
          goElsewhere(lease, notNow.retryAfter());
        }
      }
    }
  }

  /** Gives the capacity back and asks for that of other providers, at the end of the queue: it was this one's turn that came. */
  private void goElsewhere(Lease lease, Duration retryAfter) {
    lease.cancel();
    waitedNanos += lease.waitNanos();
    Optional<Placement.Placed> rest = placed().without(lease.provider(), lease.waitNanos());
    if (rest.isEmpty()) {
      refuse(Refusal.of(Reason.NO_PROVIDER), retryAfter.toNanos());
    } else {
      submit(rest.get());
    }
  }

  /** The request leaves for its destination. */
  private void send(Lease lease, Destination destination) {
    if (gone) {
      desk.departures().dispatches().withdrawn(destination.listener());
      return;
    }
    desk.charges().enter(lease, charge);
    desk.departures().dispatches().enter(lease, destination.listener());
    Dispatch dispatch = Dispatch.to(destination, placed().requestedModel(), lacksUsage());
    dispatch.headers(call.request(), call.response());
    if (dialect == Dialect.OPAQUE) {
      leave(lease);
      return;
    }
    switch (change) {
      case BodyChange.Replaced replaced -> leaveWith(lease, dispatch, replaced.body().array());
      case BodyChange.Edited edited -> call.request().fetchBody(desk.bodies().maxBytes(), body -> rewrite(lease, dispatch, body));
      case BodyChange.None none -> {
        if (dispatch.rewritesBody()) {
          call.request().fetchBody(desk.bodies().maxBytes(), body -> rewrite(lease, dispatch, body));
        } else {
          leave(lease);
        }
      }
    }
  }

  /** Whether this is a stream that will not report its usage unasked. */
  private boolean lacksUsage() {
    return shape.stream() && !shape.usageRequested() && dialect.streamUsageOnRequest();
  }

  /** The body comes as it came the first time, since the gateway holds it: what was decided of it still fits. */
  private void rewrite(Lease lease, Dispatch dispatch, FetchedBody body) {
    if (body instanceof FetchedBody.Present present && present.bytes().length == bodyBytes) {
      byte[] bytes = change instanceof BodyChange.Edited edited ? edited.edit().apply(present.bytes()) : present.bytes();
      leaveWith(lease, dispatch, bytes);
    } else {
      lease.cancel();
      refuse(Refusal.of(Reason.FILTER_FAILED));
    }
  }

  private void leaveWith(Lease lease, Dispatch dispatch, byte[] body) {
    call.response().setRequestBody(dispatch.rewritesBody() ? dispatch.rewrite(desk.bodies().rewriter(), body) : body);
    leave(lease);
  }

  private void leave(Lease lease) {
    if (gone) {
      return;
    }
    String name = desk.departures().register().enter(new OpenLease(lease, dialect, placed().asked(), charge));
    charge.named(name);
    desk.departures().leaving().accept(lease);
    call.response().addResponseHeader(InternalHeaders.LEASE, name);
    call.response().addResponseHeader(InternalHeaders.LANE, Integer.toString(lease.lane()));
    call.response().addResponseHeader(InternalHeaders.WAIT_MS, Long.toString((waitedNanos + lease.waitNanos()) / 1_000_000));
    for (Header header : Allowances.headers(lease.headroom(), dialect.family(), desk.departures().wall().instant())) {
      call.response().addResponseHeader(header.name(), header.value());
    }
    call.chain().filter(call.request(), call.response());
    if (waitedNanos + lease.waitNanos() == 0) {
      desk.departures().decisions().listener().accept(workedNanos + nowNanos() - resumedNanos);
    }
  }

  private void refuse(Refusal refusal) {
    refuse(refusal, 0);
  }

  private void refuse(Refusal refusal, long retryNanos) {
    charge.cancel();
    desk.refusals().refuse(call.request(), call.response(), refusal, retryNanos);
    call.chain().filter(call.request(), call.response());
  }

  private void refuse(Refusal refusal, RetryAfter retryAfter) {
    desk.refusals().refuse(call.request(), call.response(), refusal, retryAfter);
    call.chain().filter(call.request(), call.response());
  }

  private static Refusal rejected(RejectReason reason, Placement.Placed placed) {
    return switch (reason) {
      case UNKNOWN_MODEL -> Refusal.of(Reason.MODEL_NOT_FOUND);
      case NO_PROVIDER -> Refusal.of(Reason.NO_PROVIDER);
      case UNSCHEDULABLE -> Placement.beyondContext(placed);
      case QUEUE_FULL -> Refusal.of(Reason.QUEUE_FULL);
      case WAIT_TOO_LONG -> Refusal.of(Reason.WAIT_TOO_LONG);
      case DRAINING -> Refusal.of(Reason.DRAINING);
    };
  }

  private static Reason reason(EvictReason reason) {
    return switch (reason) {
      case TIMEOUT -> Reason.WAIT_TIMEOUT;
      case OUT_OF_REACH -> Reason.WAIT_TOO_LONG;
      case DISPLACED -> Reason.DISPLACED;
      case NO_PROVIDER -> Reason.NO_PROVIDER;
      case DRAINING -> Reason.DRAINING;
      case CANCELLED -> Reason.CANCELLED;
    };
  }
}
