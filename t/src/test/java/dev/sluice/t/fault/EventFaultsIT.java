// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.t.Figure;
import dev.sluice.t.provider.SimState;
import dev.sluice.t.stack.GatewayChoice;
import dev.sluice.t.stack.Http;
import dev.sluice.t.stack.PoolState;
import dev.sluice.t.stack.RawCall;
import dev.sluice.t.stack.Stack;
import dev.sluice.t.stack.StackPlan;
import dev.sluice.t.stack.StackPlan.AccountPlan;
import dev.sluice.t.stack.StackPlan.ProviderPlan;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** Completion events that are lost, repeated, out of order, late, forged or not allowed to speak. */
class EventFaultsIT {
  private static final int LIMIT = 48;
  private static final int REQUESTS = 120;
  /** A short answer's lease lives as long as the shortest lease does. */
  private static final int TTL_SECONDS = 15;
  private static final String PROVIDER = "local-a";
  private static final JsonMapper JSON = new JsonMapper();

  /** The gateway's first attempt and its three retries, each a second for the post and one of delay. */
  private static final Duration EVENTS_ARRIVE = Duration.ofSeconds(8);

  private final ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Long> inFlightSeen = new CopyOnWriteArrayList<>();
  private EventRelay relay;
  private Stack stack;

  @BeforeEach
  void start() {
    relay = EventRelay.start();
    ProviderPlan provider = new ProviderPlan(PROVIDER, 10_000_000, LIMIT, 32_768, StackPlan.MODEL, List.of("--max-batch", "64"));
    StackPlan plan = StackPlan.of(List.of(provider), List.of(new AccountPlan("gold", 0))).withEventsTo(relay.uri());
    stack = Stack.start(plan, GatewayChoice.fromProperties(), Path.of("target", "e2e"));
    relay.leadsTo(stack.events(), stack.eventsSecret());
  }

  @AfterEach
  void stop() {
    stack.close();
    relay.close();
    readers.shutdownNow();
  }

  @Test
  void whateverBefallsEventsTheAccountStaysTrueAndComesBackToZero() {
    Faults faults = new Faults(20_261_123);
    relay.treat(faults);

    List<CompletableFuture<RawCall.Answer>> answers = new ArrayList<>();
    for (int i = 0; i < REQUESTS; i++) {
      String id = "fault-" + i;
      answers.add(CompletableFuture.supplyAsync(() -> RawCall.send(stack, new RawCall.Ask("gold", id, 8, false)).answer(), readers));
    }
    CompletableFuture<Void> all = CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new));
    Http.await(Duration.ofSeconds(58), () -> look() && all.isDone(), () -> "unanswered: " + stack.pool());
    long lastAnswer = System.nanoTime();
    assertThat(answers).allSatisfy(answer -> assertThat(answer.join().status()).isEqualTo(200));
    Http.await(EVENTS_ARRIVE, () -> faults.seen.get() == REQUESTS, () -> "events seen: " + faults.seen);
    faults.flush();
    Http.await(Duration.ofSeconds(TTL_SECONDS + 5), () -> look() && stack.pool().openLeases() == 0, () -> stack.pool().toString());
    double backSeconds = (System.nanoTime() - lastAnswer) / 1e9;
    long expired = stack.pool().leases().get("expired");
    faults.late.forEach(event -> assertThat(relay.post(event)).isEqualTo(204));
    look();

    String source = "EventFaultsIT.whateverBefallsEventsTheAccountStaysTrueAndComesBackToZero";
    SimState provider = JSON.readValue(Http.get(stack.simulator(PROVIDER).resolve("/sim/state")).body(), SimState.class);
    List<Figure> figures =
        List.of(
            Figure.atLeast("faulty events: least in-flight seen", Collections.min(inFlightSeen), 0, "", source).print(),
            Figure.atMost("faulty events: most in-flight seen", Collections.max(inFlightSeen), LIMIT, "", source).print(),
            Figure.atMost("faulty events: most requests at the provider", provider.maxInFlight(), LIMIT, "", source).print(),
            Figure.atMost("faulty events: all leases ended after the last answer", backSeconds, TTL_SECONDS, "s", source).print());
    assertThat(figures.subList(0, 3)).allSatisfy(figure -> assertThat(figure.holds()).as(figure.toString()).isTrue());
    assertThat(expired).as("every lease whose event never came in time").isEqualTo(faults.withheld());
    assertThat(stack.pool().leases()).containsEntry("settled", REQUESTS - expired).containsEntry("cancelled", 0L).containsEntry("expired", expired);
    assertThat(metric("late")).isEqualTo(faults.expectedLate());
    assertThat(metric("forged")).isEqualTo(faults.forgeries);
    assertThat(metric("settled")).isEqualTo(REQUESTS - expired);
    assertConserved(stack.pool());
  }

  @Test
  void forgeriesRepetitionsAndStrangersChangeNothingWhileRequestsRun() {
    int running = 4;
    List<String> ended = new CopyOnWriteArrayList<>();
    relay.treat((event, lease) -> { relay.post(event); ended.add(event); });
    RawCall.send(stack, new RawCall.Ask("gold", "short", 8, false)).answer();
    Http.await(Duration.ofSeconds(5), () -> !ended.isEmpty() && stack.pool().openLeases() == 0, () -> stack.pool().toString());
    List<RawCall> streams = new ArrayList<>();
    List<String> leases = new ArrayList<>();
    for (int i = 0; i < running; i++) {
      RawCall stream = RawCall.send(stack, new RawCall.Ask("gold", "long-" + i, 20_000, true));
      streams.add(stream);
      leases.add(stream.head().headers().get("x-sluice-lease"));
    }
    PoolState before = stack.pool();
    assertThat(before.providers().get(PROVIDER).inFlight()).isEqualTo(running);

    List<String> events = new ArrayList<>();
    for (int i = 0; i < running; i++) {
      events.add(event(ended.getFirst(), tamper(leases.get(i))));
      events.add(event(ended.getFirst(), splice(leases.get(i), leases.get((i + 1) % running))));
      events.add(event(ended.getFirst(), leases.get(i) + "x"));
    }
    events.forEach(event -> assertThat(relay.post(event)).isEqualTo(204));
    assertThat(relay.post(EventRelay.array(events))).isEqualTo(204);
    assertThat(relay.post(EventRelay.array(List.of(ended.getFirst(), ended.getFirst())))).isEqualTo(204);
    String truth = event(ended.getFirst(), leases.getFirst());
    for (Optional<String> stranger : List.of(Optional.<String>empty(), Optional.of("Bearer wrong"), Optional.of("Basic " + stack.eventsSecret()))) {
      assertThat(relay.post(truth, stranger)).as("with authorization " + stranger.isPresent()).isEqualTo(401);
    }

    String source = "EventFaultsIT.forgeriesRepetitionsAndStrangersChangeNothingWhileRequestsRun";
    Figure released = Figure.exactly("leases released by forged, repeated and unauthorised events", running - stack.pool().openLeases(), 0, source).print();
    assertThat(released.holds()).isTrue();
    assertThat(stack.pool().leases()).isEqualTo(before.leases());
    assertThat(stack.pool().tokens()).isEqualTo(before.tokens());
    assertThat(metric("forged")).isEqualTo(2L * events.size());
    assertThat(metric("late")).isEqualTo(2);
    streams.forEach(RawCall::close);
    Http.await(Duration.ofSeconds(10), () -> stack.pool().openLeases() == 0, () -> stack.pool().toString());
    assertConserved(stack.pool());
  }

  /** Looks once at the account; always true. */
  private boolean look() {
    inFlightSeen.add(stack.pool().providers().get(PROVIDER).inFlight());
    return true;
  }

  private long metric(String result) {
    String name = "sluice_events_total{result=\"" + result + "\"} ";
    String metrics = Http.get(stack.admin().resolve("/metrics")).body();
    int at = metrics.indexOf(name);
    assertThat(at).as(name + "in " + metrics).isNotNegative();
    return Math.round(Double.parseDouble(metrics.substring(at + name.length(), metrics.indexOf('\n', at)).strip()));
  }

  private static void assertConserved(PoolState pool) {
    var tokens = pool.tokens();
    assertThat(tokens.get("held")).isZero();
    assertThat(tokens.get("granted")).isEqualTo(tokens.get("settled") + tokens.get("refunded") + tokens.get("expired"));
  }

  /** The same event of another lease. */
  private static String event(String event, String lease) {
    return event.replaceFirst("\"lease\":\"[^\"]*\"", "\"lease\":\"" + lease + "\"");
  }

  /** The lease with one bit of its authentication code changed. */
  private static String tamper(String lease) {
    int at = lease.length() - 5;
    char other = lease.charAt(at) == 'A' ? 'B' : 'A';
    return lease.substring(0, at) + other + lease.substring(at + 1);
  }

  /** One lease's identity with another's authentication code: 16 bytes of identity fill 21 characters and a part of the next. */
  private static String splice(String identity, String code) {
    return identity.substring(0, 22) + code.substring(22);
  }

  /** Deals each event one fate, by a seed. Confined to the relay, except for what is read at the end. */
  private final class Faults implements EventRelay.Treatment {
    private final Random random;
    private final AtomicInteger seen = new AtomicInteger();
    private final List<String> held = new CopyOnWriteArrayList<>();
    private final List<String> late = new CopyOnWriteArrayList<>();
    private volatile int lost;
    private volatile int forged;
    private volatile int repeated;
    private volatile int forgeries;

    private Faults(long seed) {
      System.out.println("event faults: seed " + seed);
      random = new Random(seed);
    }

    @Override
    public void handle(String event, String lease) {
      switch (random.nextInt(8)) {
        case 0 -> lost++;
        case 1 -> late.add(event);
        case 2 -> forge(event, lease);
        case 3, 4 -> repeat(event);
        default -> hold(event);
      }
      seen.incrementAndGet();
    }

    private void forge(String event, String lease) {
      relay.post(event(event, tamper(lease)));
      relay.post(EventRelay.array(List.of(event(event, tamper(lease)), event(event, "none"))));
      forged++;
      forgeries += 3;
    }

    private void repeat(String event) {
      relay.post(event);
      relay.post(EventRelay.array(List.of(event, event)));
      repeated++;
    }

    /** Passes events on in the wrong order, several at a time in one array. */
    private void hold(String event) {
      held.add(event);
      if (held.size() == 6) {
        flush();
      }
    }

    private void flush() {
      List<String> batch = new ArrayList<>(held);
      held.clear();
      Collections.shuffle(batch, random);
      if (!batch.isEmpty()) {
        relay.post(EventRelay.array(batch));
      }
    }

    private long withheld() {
      return (long) lost + late.size() + forged;
    }

    private long expectedLate() {
      return 2L * repeated + late.size();
    }
  }
}
