// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.plugin.admission.AdmissionDesk;
import dev.sluice.plugin.body.BodyIntake;
import dev.sluice.plugin.admission.SchedulerFilter;
import dev.sluice.plugin.admission.Spilling;
import dev.sluice.plugin.charge.Charges;
import dev.sluice.plugin.charge.KeyRates;
import dev.sluice.plugin.dialect.BodyRewriter;
import dev.sluice.plugin.dialect.PromptReader;
import dev.sluice.plugin.dialect.ReadLimits;
import dev.sluice.plugin.entitle.TokenRouterFilter;
import dev.sluice.plugin.filter.EventLoopFilter;
import dev.sluice.plugin.filter.RunnerRequest;
import dev.sluice.plugin.lease.Dispatches;
import dev.sluice.plugin.lease.LeaseNames;
import dev.sluice.plugin.lease.LeaseRegister;
import dev.sluice.plugin.protocol.Wire;
import dev.sluice.plugin.refusal.Refusals;
import dev.sluice.routing.Entitlement;
import dev.sluice.routing.KeyStatus;
import dev.sluice.routing.Terms;
import dev.sluice.routing.Traits;
import dev.sluice.routing.hybrid.SpillTerms;
import dev.sluice.routing.price.PriceTable;
import dev.sluice.routing.provider.Credentials;
import dev.sluice.routing.provider.Destination;
import dev.sluice.routing.provider.DispatchEnd;
import dev.sluice.routing.provider.ModelLimits;
import dev.sluice.routing.provider.Pace;
import dev.sluice.routing.provider.Provider;
import dev.sluice.routing.provider.ProviderContext;
import dev.sluice.routing.provider.ProviderHealth;
import dev.sluice.routing.provider.ProviderMetadata;
import dev.sluice.routing.provider.ProviderPlan;
import dev.sluice.routing.provider.ProviderRegistry;
import dev.sluice.routing.provider.ServedModel;
import dev.sluice.routing.provider.Target;
import dev.sluice.routing.provider.TargetAnswer;
import dev.sluice.routing.provider.TargetRequest;
import dev.sluice.routing.quota.QuotaBook;
import dev.sluice.routing.quota.QuotaListener;
import dev.sluice.routing.quota.QuotaTree;
import dev.sluice.scheduler.AccountLimits;
import dev.sluice.scheduler.Alarm;
import dev.sluice.scheduler.LaneConfig;
import dev.sluice.scheduler.LaneRules;
import dev.sluice.scheduler.Lease;
import dev.sluice.scheduler.LeaseEnd;
import dev.sluice.scheduler.LeaseLife;
import dev.sluice.scheduler.Policy;
import dev.sluice.scheduler.ProviderAccount;
import dev.sluice.scheduler.QueueBounds;
import dev.sluice.scheduler.Scheduler;
import dev.sluice.scheduler.SchedulerConfig;
import dev.sluice.scheduler.SchedulerListener;
import dev.sluice.scheduler.SchedulerSnapshot.PoolSnapshot;
import dev.sluice.scheduler.TokenCost;
import dev.sluice.scheduler.cost.LearnedCosts;
import java.math.BigDecimal;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.apisix.plugin.runner.HttpRequest;
import org.apache.apisix.plugin.runner.HttpResponse;
import org.apache.apisix.plugin.runner.filter.PluginFilterChain;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Where an admitted request is sent: providers that answer later, or not now. */
class TargetTest {
  private static final String MODEL = "m";

  private final InstantSource wall = InstantSource.fixed(Instant.EPOCH);
  private final Dispatches dispatches = new Dispatches(() -> 0);
  private final Scripted first = new Scripted("first", Set.of("eu-1"));
  private final Scripted second = new Scripted("second", Set.of("eu-2", "us-1"));
  private volatile Set<String> regions = Set.of();
  private final Scheduler scheduler =
      new Scheduler(
          new SchedulerConfig(
              LaneRules.of(Policy.HYBRID),
              Collections.nCopies(2, new LaneConfig(1, 0, 10, 1 << 20)),
              new QueueBounds(10, 1 << 20, 10),
              Map.of(MODEL, List.of(account("first"), account("second")))),
          () -> 0,
          task ->
              new Alarm() {
                @Override
                public void set(long atNanos) {}

                @Override
                public void clear() {}
              },
          new SchedulerListener() {
            @Override
            public void leaseEnded(Lease lease, LeaseEnd end, TokenCost actual) {
              dispatches.ended(lease, end, actual);
            }
          });
  private final TestRunner runner = TestRunner.with(new Known(), new SchedulerFilter(desk()));

  private static ProviderAccount account(String name) {
    return new ProviderAccount(name, new AccountLimits(1000, 100, 4, 8000, new LeaseLife(0, 0, 60_000_000_000L)));
  }

  /** A provider whose answers the test gives; plan and provider in one. */
  private static final class Scripted implements Provider, ProviderPlan {
    private final String name;
    private final BlockingQueue<Consumer<TargetAnswer>> asked = new LinkedBlockingQueue<>();
    private final BlockingQueue<DispatchEnd> ends = new LinkedBlockingQueue<>();

    private final Set<String> regions;
    private volatile Set<String> askedFor = Set.of();

    private Scripted(String name, Set<String> regions) {
      this.name = name;
      this.regions = regions;
    }

    @Override
    public ProviderMetadata metadata() {
      return new ProviderMetadata(name, "scripted", regions);
    }

    @Override
    public List<ServedModel> models() {
      return List.of(new ServedModel(MODEL, Optional.empty(), List.of(), new ModelLimits(1000, 100, 4, 8000), new Pace(1, 1, Duration.ofSeconds(1))));
    }

    @Override
    public Provider open(ProviderContext context) {
      return this;
    }

    @Override
    public ProviderHealth health() {
      return ProviderHealth.UP;
    }

    @Override
    public void target(TargetRequest request, Consumer<TargetAnswer> answer) {
      askedFor = request.regions();
      asked.add(answer);
    }

    private Consumer<TargetAnswer> next() throws InterruptedException {
      Consumer<TargetAnswer> answer = asked.poll(10, TimeUnit.SECONDS);
      assertThat(answer).as("%s is asked", name).isNotNull();
      return answer;
    }

    private TargetAnswer send(String upstream) {
      return new TargetAnswer.Send(new Destination(upstream, new Credentials.None(), Target.UNCHANGED, MODEL, false, ends::add));
    }
  }

  /** Lets everybody in. */
  private static final class Known implements EventLoopFilter {
    @Override
    public String name() {
      return "known";
    }

    @Override
    public Object configure(String json) {
      return json;
    }

    @Override
    public void filter(HttpRequest request, HttpResponse response, PluginFilterChain chain) {
      ((RunnerRequest) request)
          .put(
              TokenRouterFilter.ENTITLEMENT,
              new Entitlement("k", "acme", Traits.NONE, Terms.NONE, Set.of(), Set.of(), Optional.empty(), KeyStatus.ACTIVE));
      chain.filter(request, response);
    }
  }

  private AdmissionDesk desk() {
    ProviderRegistry providers = new ProviderRegistry(new ProviderContext(() -> 0, wall, new ScheduledThreadPoolExecutor(0), () -> {}));
    providers.prepare(List.of(first, second)).commit();
    return new AdmissionDesk(
        scheduler,
        providers::catalog,
        new Charges(
            new QuotaBook(QuotaTree.of(List.of()), wall, () -> 0, Duration.ofMinutes(1), QuotaListener.NONE),
            new KeyRates(() -> 0, 10),
            () -> PriceTable.NONE,
            Optional.empty(),
            new Charges.Clocks(() -> 0, wall)),
        new AdmissionDesk.Departures(
            new LeaseRegister(new LeaseNames(new SecureRandom())), dispatches, lease -> {}, wall, new AdmissionDesk.DecisionMeter(() -> 0, time -> {})),
        new Refusals(reason -> {}),
        new BodyIntake(new PromptReader(ReadLimits.DEFAULT), new BodyRewriter(ReadLimits.DEFAULT), Runnable::run, 1 << 20, () -> 0),
        new AdmissionDesk.Limits(2, 1, 100, Map.of(), Optional.empty(), () -> regions),
        new LearnedCosts(new LearnedCosts.Settings(false, 0.8, 256, 1, 1)),
        new Spilling(scheduler, new SpillTerms(OptionalDouble.empty(), 0, List.of(BigDecimal.ZERO), 50), () -> PriceTable.NONE, spill -> {}));
  }

  @AfterEach
  void stop() {
    runner.close();
  }

  private PoolSnapshot pool() {
    return scheduler.snapshot().pools().getFirst();
  }

  private void begin(TestGateway gateway) {
    begin(gateway, "");
  }

  private void begin(TestGateway gateway, String more) {
    long token = gateway.prepare("route#llm", "known", "{}", SchedulerFilter.NAME, "{\"model\":\"" + MODEL + "\"" + more + "}");
    gateway.send(Wire.call(1, token, "/v1/audio/transcriptions", "content-type", "multipart/form-data", "content-length", "100"));
  }

  @Test
  void anAnswerThatComesLaterSendsTheRequest() throws Exception {
    try (TestGateway gateway = runner.connect()) {
      begin(gateway);
      first.next().accept(first.send("supply-7"));
      Wire.Reply reply = gateway.read();
      assertThat(reply.action()).isEqualTo("Rewrite");
      assertThat(reply.requestHeaders()).contains("x-sluice-provider=supply-7");
      assertThat(pool().accounts()).extracting(account -> account.inFlight()).containsExactly(1, 0);
    }
  }

  @Test
  void notNowSendsItElsewhere() throws Exception {
    try (TestGateway gateway = runner.connect()) {
      begin(gateway);
      first.next().accept(new TargetAnswer.NotNow("no quote", Duration.ofSeconds(3)));
      second.next().accept(second.send("second"));
      assertThat(gateway.read().requestHeaders()).contains("x-sluice-provider=second");
      assertThat(pool().accounts()).extracting(account -> account.inFlight()).containsExactly(0, 1);
      assertThat(first.asked).isEmpty();
    }
  }

  @Test
  void ifNobodyTakesItItIsRefusedAndEachWasAskedOnce() throws Exception {
    try (TestGateway gateway = runner.connect()) {
      begin(gateway);
      first.next().accept(new TargetAnswer.NotNow("no quote", Duration.ofSeconds(3)));
      second.next().accept(new TargetAnswer.NotNow("no quote", Duration.ofSeconds(9)));
      Wire.Reply reply = gateway.read();
      assertThat(reply.stopStatus()).isEqualTo(503);
      assertThat(reply.stopHeaders()).contains("x-sluice-reason=no_provider");
      assertThat(pool().accounts()).extracting(account -> account.inFlight()).containsExactly(0, 0);
      assertThat(first.asked).isEmpty();
      assertThat(second.asked).isEmpty();
    }
  }

  @Test
  void aRouteMayNameARegionAndItsProviderKeepsToIt() throws Exception {
    try (TestGateway gateway = runner.connect()) {
      begin(gateway, ",\"providers\":[\"region:us-1\"]");
      second.next().accept(second.send("second"));
      assertThat(gateway.read().requestHeaders()).contains("x-sluice-provider=second");
      assertThat(second.askedFor).containsExactly("us-1");
      assertThat(first.asked).isEmpty();
    }
  }

  @Test
  void whereRequestsMayBeComesBeforeEverything() throws Exception {
    regions = Set.of("eu-9");
    try (TestGateway gateway = runner.connect()) {
      begin(gateway, ",\"providers\":[\"first\"]");
      assertThat(gateway.read().stopHeaders()).contains("x-sluice-reason=no_provider");
    }
  }

  @Test
  void aCallerThatLeftMeanwhileCostsNothing() throws Exception {
    Consumer<TargetAnswer> answer;
    try (TestGateway gateway = runner.connect()) {
      begin(gateway);
      answer = first.next();
    }
    TestRunner.await("the capacity is back", () -> pool().accounts().getFirst().inFlight() == 0);
    answer.accept(first.send("first"));

    assertThat(first.ends.poll(10, TimeUnit.SECONDS)).isEqualTo(DispatchEnd.WITHDRAWN);
    assertThat(dispatches.size()).isZero();
  }
}
