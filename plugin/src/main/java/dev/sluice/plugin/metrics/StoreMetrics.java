// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.metrics;

import dev.sluice.routing.store.FailureCause;
import dev.sluice.routing.store.KeyStores;
import dev.sluice.routing.store.Layer;
import dev.sluice.routing.store.LayerAnswer;
import dev.sluice.routing.store.StoreListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** What the layers of keys answer, as counters by layer and result, and how the stores stand. Thread-safe. */
public final class StoreMetrics implements StoreListener {
  /** One layer's counters. */
  private record Answers(Counter hit, Counter absent, Counter miss, Map<FailureCause, Counter> failed) {}

  private final MeterRegistry registry;
  private final Map<Layer, Answers> answers = new EnumMap<>(Layer.class);
  private final AtomicInteger redis = new AtomicInteger(1);
  private final AtomicInteger postgresql = new AtomicInteger(1);

  /** Counters in {@code registry}, all at zero. */
  public StoreMetrics(MeterRegistry registry) {
    this.registry = registry;
    for (Layer layer : Layer.values()) {
      Map<FailureCause, Counter> failed = new EnumMap<>(FailureCause.class);
      for (FailureCause cause : FailureCause.values()) {
        failed.put(cause, counter(layer, cause.name().toLowerCase(Locale.ROOT)));
      }
      answers.put(layer, new Answers(counter(layer, "hit"), counter(layer, "absent"), counter(layer, "miss"), failed));
    }
    trust(Layer.REDIS, redis);
    trust(Layer.POSTGRESQL, postgresql);
  }

  private Counter counter(Layer layer, String result) {
    return Counter.builder("sluice_key_lookups")
        .description("Answers of the layers that keys are looked up in")
        .tag("layer", layer.name().toLowerCase(Locale.ROOT))
        .tag("result", result)
        .register(registry);
  }

  private void trust(Layer store, AtomicInteger trusted) {
    Gauge.builder("sluice_store_trusted", trusted, AtomicInteger::get)
        .description("1 while a store is asked without reserve, 0 while its breaker is open or half open")
        .tag("store", store.name().toLowerCase(Locale.ROOT))
        .register(registry);
  }

  /** Shows the snapshot's age and the source of answers. */
  public void show(Supplier<KeyStores.Standing> standing) {
    Gauge.builder("sluice_key_snapshot_age_seconds", standing, now -> now.get().snapshotAge().map(age -> age.toMillis() / 1e3).orElse(Double.NaN))
        .description("Since the keys in the snapshot were read; NaN without one")
        .register(registry);
    for (KeyStores.Source source : KeyStores.Source.values()) {
      Gauge.builder("sluice_key_source", standing, now -> now.get().source() == source ? 1 : 0)
          .description("1 at whoever answers for keys that are not in memory")
          .tag("source", source.name().toLowerCase(Locale.ROOT))
          .register(registry);
    }
  }

  @Override
  public void answered(Layer layer, LayerAnswer answer) {
    Answers counters = Objects.requireNonNull(answers.get(layer));
    switch (answer) {
      case LayerAnswer.Found found -> counters.hit().increment();
      case LayerAnswer.KnownAbsent absent -> counters.absent().increment();
      case LayerAnswer.Miss miss -> counters.miss().increment();
      case LayerAnswer.Failed failed -> Objects.requireNonNull(counters.failed().get(failed.cause())).increment();
    }
  }

  @Override
  public void trusted(Layer store, boolean trusted) {
    (store == Layer.REDIS ? redis : postgresql).set(trusted ? 1 : 0);
  }
}
