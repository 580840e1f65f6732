// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.plugin.config.ConfigLoader;
import dev.sluice.plugin.config.SluiceConfig;
import dev.sluice.plugin.scheduling.SchedulerSetup;
import dev.sluice.routing.Traits;
import dev.sluice.routing.provider.ModelLimits;
import dev.sluice.routing.window.InForce;
import dev.sluice.routing.window.WindowEffects;
import dev.sluice.routing.window.WindowPlan;
import dev.sluice.scheduler.Decision;
import dev.sluice.scheduler.EvictReason;
import dev.sluice.scheduler.Lease;
import dev.sluice.scheduler.Scheduler;
import dev.sluice.scheduler.SchedulerListener;
import dev.sluice.scheduler.TokenCost;
import dev.sluice.scheduler.WaitListener;
import dev.sluice.scheduler.WorkRequest;
import dev.sluice.scheduler.simulation.FakeClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Time windows of a running process, on a clock moved by hand. */
class LiveSettingsTest {
  private static final Instant MORNING = Instant.parse("2026-11-24T08:00:00Z");
  private static final String PROVIDERS = "provider: {local: {a: {max_concurrent: 4, models: [m]}}}\n";
  private static final String DAY = "time_windows: [{id: day, start: '09:00', end: '17:00', max_concurrent: 1, level_delta: -1}]\n";

  @TempDir private Path folder;
  private final FakeClock clock = new FakeClock();
  private final List<String> log = new ArrayList<>();
  private Scheduler scheduler;
  private LiveSettings live;

  @BeforeEach
  void start() throws Exception {
    start(PROVIDERS + DAY);
  }

  private void start(String yaml) throws Exception {
    SluiceConfig config = config(yaml);
    scheduler = new Scheduler(SchedulerSetup.of(config, InForce.NOTHING), clock, clock, SchedulerListener.NONE);
    live = new LiveSettings(config, scheduler, new LiveSettings.Times(this::now, clock, clock, Runnable::run));
    live.refresh();
  }

  private Instant now() {
    return MORNING.plusNanos(clock.elapsedNanos());
  }

  private SluiceConfig config(String yaml) throws Exception {
    Path file = Files.writeString(folder.resolve("sluice.yaml"), yaml + "events: {secret_env: SLUICE_EVENTS_SECRET}\n");
    return new ConfigLoader(file, Map.of("SLUICE_EVENTS_SECRET", "e")).load().config();
  }

  private void advanceTo(String time) {
    clock.advanceNanos(Duration.between(now(), Instant.parse("2026-11-24T" + time + ":00Z")).toNanos());
  }

  private Decision submit(String name) {
    Decision decision =
        scheduler.submit(
            "m",
            new WorkRequest(name, 2, new TokenCost(1, 0), 0, 0, Duration.ofSeconds(50).toNanos(), Set.of()),
            new WaitListener() {
              @Override
              public void dispatched(Lease lease) {
                log.add(name + " runs");
              }

              @Override
              public void evicted(EvictReason reason, long retryAfterNanos) {
                log.add(name + " " + reason);
              }
            });
    return decision;
  }

  private static Lease lease(Decision decision) {
    return ((Decision.Admitted) decision).lease();
  }

  @Test
  void atEachBoundaryCapacityAndLevelsChangeAndGoBack() {
    assertThat(live.inForce().level(2, Traits.NONE, 5)).isEqualTo(2);
    advanceTo("08:59");
    List<Lease> leases = List.of(lease(submit("a")), lease(submit("b")));
    leases.forEach(lease -> lease.settle(lease.cost()));
    advanceTo("09:00");
    assertThat(live.inForce().active()).containsExactly("day");
    assertThat(live.inForce().level(2, Traits.NONE, 5)).isEqualTo(1);
    Lease only = lease(submit("c"));
    assertThat(submit("d")).isInstanceOf(Decision.Queued.class);
    only.settle(only.cost());
    assertThat(log).containsExactly("d runs");
    advanceTo("16:59");
    assertThat(live.inForce().active()).containsExactly("day");
    advanceTo("17:00");
    assertThat(live.inForce().effects()).isEmpty();
    for (int i = 0; i < 4; i++) {
      assertThat(submit("e" + i)).isInstanceOf(Decision.Admitted.class);
    }
    assertThat(live.inForce().until()).contains(Instant.parse("2026-11-25T09:00:00Z"));
  }

  @Test
  void whoRunsGoesOnWhenAWindowTakesItsPlaceAway() {
    advanceTo("08:59");
    clock.advanceNanos(Duration.ofSeconds(59).toNanos());
    List<Lease> leases = List.of(lease(submit("a")), lease(submit("b")), lease(submit("c")));
    advanceTo("09:00");
    assertThat(log).isEmpty();
    assertThat(submit("d")).isInstanceOf(Decision.Queued.class);
    assertThat(leases.get(0).settle(leases.get(0).cost())).isTrue();
    assertThat(leases.get(1).settle(leases.get(1).cost())).isTrue();
    assertThat(log).as("one still runs, which is all the window allows").isEmpty();
    assertThat(leases.get(2).settle(leases.get(2).cost())).isTrue();
    assertThat(log).containsExactly("d runs");
  }

  @Test
  void aReloadWhileAWindowIsOnKeepsItsChangeOnTheNewConfiguration() throws Exception {
    advanceTo("10:00");
    LiveSettings.Prepared change = live.prepare(config("provider: {local: {a: {max_concurrent: 8, models: [m]}}}\n" + DAY.replace("max_concurrent: 1", "max_concurrent: 25%")));
    submit("a");
    assertThat(submit("b")).as("prepared is not yet committed").isInstanceOf(Decision.Queued.class);
    change.commit();
    assertThat(log).as("a quarter of eight").containsExactly("b runs");
    assertThat(submit("c")).isInstanceOf(Decision.Queued.class);
    live.prepare(config("provider: {local: {a: {max_concurrent: 8, models: [m]}}}\n")).commit();
    assertThat(live.inForce()).isEqualTo(InForce.NOTHING);
    assertThat(log).as("nothing is left of the window").containsExactly("b runs", "c runs");
    for (int i = 0; i < 5; i++) {
      assertThat(submit("d" + i)).isInstanceOf(Decision.Admitted.class);
    }
  }

  @Test
  void aWindowThatIsAddedTakesEffectAtOnce() throws Exception {
    start(PROVIDERS);
    advanceTo("10:00");
    assertThat(live.inForce()).isEqualTo(InForce.NOTHING);
    live.prepare(config(PROVIDERS + DAY)).commit();
    assertThat(live.inForce().active()).containsExactly("day");
    advanceTo("17:00");
    assertThat(live.inForce().active()).isEmpty();
  }

  @Test
  void nothingPollsBetweenBoundaries() {
    long rings = clock.ringCount();
    advanceTo("09:00");
    assertThat(clock.ringCount() - rings).as("one boundary, an hour away").isEqualTo(1);
    rings = clock.ringCount();
    advanceTo("17:00");
    assertThat(clock.ringCount() - rings).as("at most one look an hour, for when the clock on the wall is set").isEqualTo(8);
  }

  @Test
  void aManualOverrideLiesUnderTheWindows() {
    var override = new WindowEffects(Traits.NONE, OptionalInt.of(2), Optional.empty(), List.of(), WindowEffects.Capacity.UNCHANGED);
    live.windows().override(Optional.of(override));
    live.refresh();
    assertThat(live.inForce().level(2, Traits.NONE, 5)).isEqualTo(4);
    advanceTo("09:00");
    assertThat(live.inForce().level(2, Traits.NONE, 5)).isEqualTo(1);
    live.windows().override(Optional.empty());
    live.refresh();
    advanceTo("17:00");
    assertThat(live.inForce().level(2, Traits.NONE, 5)).isEqualTo(2);
  }

  @Test
  void weightsReachTheLanes() throws Exception {
    SluiceConfig config = config(PROVIDERS + "time_windows: [{id: w, start: '00:00', end: '24:00', weights: [5, 4, 3, 2, 1], max_tokens_per_sec: 50%}]\n");
    InForce windows = new WindowPlan(Optional.empty(), config.senders().windows()).at(MORNING);
    var setup = SchedulerSetup.of(config, windows);
    assertThat(setup.lanes()).extracting(lane -> lane.weight()).containsExactly(5, 4, 3, 2, 1);
    assertThat(setup.pools().get("m").getFirst().limits().tokensPerSecond()).isEqualTo(5_000);
    assertThat(windows.limits("a", "m", new ModelLimits(10, 1, 1, 1)).tokensPerSecond()).isEqualTo(5);
  }

  @Test
  void rulesAndNetworksFollowTheConfiguration() throws Exception {
    assertThat(live.rules().current().rules()).isEmpty();
    live.prepare(config(PROVIDERS + "rules: [{id: r, level: 1}]\ntrusted_networks: [{network: 10.0.0.0/8, believe: [tier]}]\n")).commit();
    assertThat(live.rules().current().rules()).hasSize(1);
    assertThat(live.trusted().grants()).hasSize(1);
  }

  @Test
  void aConfigurationThatTheSchedulerRefusesChangesNothing() throws Exception {
    SluiceConfig bad = config(PROVIDERS + "scheduler: {weights: [1000000, 1, 1, 1, 1]}\nrules: [{id: r, level: 1}]\n");
    assertThatThrownBy(() -> live.prepare(bad)).isInstanceOf(IllegalArgumentException.class);
    assertThat(live.rules().current().rules()).isEmpty();
  }
}
