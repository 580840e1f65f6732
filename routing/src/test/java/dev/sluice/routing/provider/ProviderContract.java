// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every {@link Provider} keeps to. A test class for a type of provider extends this and says how to make one that is ready to serve;
 * {@link #pass} lets time pass for providers whose clock is virtual.
 */
public abstract class ProviderContract {
  /** An answer that takes longer holds a caller up. */
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);

  /** A call that takes longer holds an event loop up. */
  private static final Duration AT_ONCE = Duration.ofSeconds(1);

  /** What nothing that is printed may contain; put into every credential of {@link #plan}. */
  protected static final String CANARY = "canary-7c1f";

  private Provider provider;

  /** The plan of a provider that serves at least one model; equal, though not the same, each time. */
  protected abstract ProviderPlan plan();

  /** What the provider works with. */
  protected abstract ProviderContext context();

  /** A region that the provider is not in. */
  protected String elsewhere() {
    return "nowhere-1";
  }

  /** Lets what is due happen. */
  protected void pass() {}

  @BeforeEach
  void open() {
    provider = plan().open(context());
    pass();
  }

  @AfterEach
  void close() {
    provider.close();
  }

  @Test
  void isWhatItsPlanSays() {
    ProviderPlan plan = plan();

    assertThat(provider.metadata()).isEqualTo(plan.metadata());
    assertThat(provider.name()).isEqualTo(plan.metadata().name()).isNotBlank();
    assertThat(provider.models()).isEqualTo(plan.models()).isNotEmpty();
    assertThat(provider.models()).extracting(ServedModel::model).doesNotHaveDuplicates();
  }

  @Test
  void plansOfTheSameConfigurationAreEqual() {
    assertThat(plan()).isEqualTo(plan()).hasSameHashCodeAs(plan());
  }

  @Test
  void offersNothingOfAModelItDoesNotServe() {
    assertThat(provider.capacity("no-such-model")).isEmpty();
    assertThat(provider.price("no-such-model")).isEmpty();
  }

  @Test
  void offersNoMoreContextThanItPromised() {
    for (ServedModel served : provider.models()) {
      provider.capacity(served.model()).ifPresent(limits -> assertThat(limits.maxContextTokens()).isLessThanOrEqualTo(served.limits().maxContextTokens()));
    }
  }

  @Test
  void servesWhileItIsUp() {
    assertThat(provider.health().state()).isNotEqualTo(ProviderHealth.State.DOWN);
    for (ServedModel served : provider.models()) {
      TargetAnswer answer = ask(request(served.model(), Set.of()));
      assertThat(answer).isInstanceOf(TargetAnswer.Send.class);
      Destination destination = ((TargetAnswer.Send) answer).destination();
      assertThat(destination.model()).isNotBlank();
      destination.listener().ended(DispatchEnd.WITHDRAWN);
    }
  }

  @Test
  void asksTheCallersModelNameWhereItServesAny() {
    for (ServedModel served : provider.models()) {
      if (served.model().equals(ServedModel.ANY) && served.upstreamModel().isEmpty()) {
        Destination destination = send(new TargetRequest(ServedModel.ANY, "asked-for", "acme", 0, 10, 10, false, Set.of()));
        assertThat(destination.model()).isEqualTo("asked-for");
      }
    }
  }

  @Test
  void refusesAModelItDoesNotServe() {
    assertThat(ask(request("no-such-model", Set.of()))).isInstanceOf(TargetAnswer.NotNow.class);
  }

  @Test
  void sendsNothingOutOfTheRegionsARequestMayBeIn() {
    assertThat(provider.metadata().regions()).doesNotContain(elsewhere());
    assertThat(ask(request(model(), Set.of(elsewhere())))).isInstanceOf(TargetAnswer.NotNow.class);
  }

  @Test
  void sendsToARegionItIsIn() {
    for (String region : provider.metadata().regions()) {
      assertThat(ask(request(model(), Set.of(region, elsewhere())))).isInstanceOf(TargetAnswer.Send.class);
    }
  }

  @Test
  void neverHoldsItsCallerUp() {
    assertTimeoutPreemptively(
        AT_ONCE,
        () -> {
          provider.target(request(model(), Set.of()), answer -> {});
          provider.health();
          provider.capacity(model());
          provider.price(model());
          provider.models();
        });
  }

  @Test
  void answersOnceEachFromManyThreads() throws InterruptedException {
    int requests = 200;
    List<AtomicInteger> answers = new ArrayList<>();
    var answered = new CountDownLatch(requests);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < requests; i++) {
      var count = new AtomicInteger();
      answers.add(count);
      threads.add(
          Thread.ofVirtual()
              .start(
                  () ->
                      provider.target(
                          request(model(), Set.of()),
                          answer -> {
                            count.incrementAndGet();
                            answered.countDown();
                          })));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    pass();

    assertThat(answered.await(ANSWER_WITHIN.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(answers).allMatch(count -> count.get() == 1);
  }

  @Test
  void aConsumerThatThrowsDisturbsNobody() {
    assertThatCode(
            () -> {
              try {
                provider.target(
                    request(model(), Set.of()),
                    answer -> {
                      throw new IllegalStateException("a consumer's own trouble");
                    });
              } catch (IllegalStateException passedOn) {
                assertThat(passedOn).hasMessage("a consumer's own trouble");
              }
            })
        .doesNotThrowAnyException();
    pass();
    assertThat(ask(request(model(), Set.of()))).isInstanceOf(TargetAnswer.Send.class);
  }

  @Test
  void hearsEveryKindOfEnd() {
    List<DispatchEnd> ends =
        List.of(
            DispatchEnd.WITHDRAWN,
            DispatchEnd.expired(10, 20),
            new DispatchEnd(DispatchEnd.Kind.SETTLED, OptionalInt.of(200), 10, 20, true, OptionalLong.of(1_000_000)),
            new DispatchEnd(DispatchEnd.Kind.SETTLED, OptionalInt.of(503), 0, 0, false, OptionalLong.empty()),
            new DispatchEnd(DispatchEnd.Kind.SETTLED, OptionalInt.empty(), 10, 0, false, OptionalLong.empty()));
    for (DispatchEnd end : ends) {
      Destination destination = send(request(model(), Set.of()));
      assertTimeoutPreemptively(AT_ONCE, () -> destination.listener().ended(end));
    }
    pass();
  }

  @Test
  void showsNoSecret() {
    Destination destination = send(request(model(), Set.of()));

    assertThat(
            String.join(
                "|",
                plan().toString(),
                provider.toString(),
                provider.metadata().toString(),
                provider.health().toString(),
                destination.toString(),
                destination.credentials().toString(),
                destination.target().toString()))
        .doesNotContain(CANARY);
  }

  @Test
  void sendsNothingAfterItIsClosed() {
    provider.close();
    provider.close();
    pass();

    assertThat(ask(request(model(), Set.of()))).isInstanceOf(TargetAnswer.NotNow.class);
  }

  @Test
  void hearsOfAnEndAfterItIsClosed() {
    Destination destination = send(request(model(), Set.of()));
    provider.close();

    assertThatCode(() -> destination.listener().ended(DispatchEnd.expired(1, 1))).doesNotThrowAnyException();
  }

  @Test
  void refreshesTwice() {
    assertThatCode(
            () -> {
              provider.refresh();
              provider.refresh();
            })
        .doesNotThrowAnyException();
    assertThat(ask(request(model(), Set.of()))).isInstanceOf(TargetAnswer.Send.class);
  }

  /** The provider under test. */
  protected final Provider provider() {
    return provider;
  }

  private String model() {
    return provider.models().getFirst().model();
  }

  private static TargetRequest request(String model, Set<String> regions) {
    return new TargetRequest(model, model, "acme", 0, 100, 200, true, regions);
  }

  private Destination send(TargetRequest request) {
    TargetAnswer answer = ask(request);
    assertThat(answer).isInstanceOf(TargetAnswer.Send.class);
    return ((TargetAnswer.Send) answer).destination();
  }

  /** The answer to a request; exactly one comes. */
  protected final TargetAnswer ask(TargetRequest request) {
    var answers = new LinkedBlockingQueue<TargetAnswer>();
    provider.target(request, answers::add);
    pass();
    try {
      TargetAnswer answer = answers.poll(ANSWER_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
      assertThat(answer).as("an answer within %s", ANSWER_WITHIN).isNotNull();
      assertThat(new HashSet<>(answers)).as("further answers").isEmpty();
      return answer;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
