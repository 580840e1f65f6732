// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.provider;

import dev.sluice.routing.price.Price;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Something that serves models: what it can take, how it fares, and where a request for it is to be sent. Thread-safe; every method
 * but {@link #refresh} and {@link #close} returns at once, whatever happens elsewhere, for the callers are event loops.
 *
 * <p>The life of a provider: a {@link ProviderFactory} reads a {@link ProviderPlan} from the configuration, the plan {@linkplain
 * ProviderPlan#open opens} the provider, it is asked any number of things by any number of threads, and it is {@linkplain #close
 * closed} once. A changed plan opens another provider of the same name before the first is closed; requests that were dispatched by
 * the first one still end there.
 *
 * <p>What a provider must keep to is checked by the test kit {@code ProviderContract} in the module's test jar; every
 * implementation runs it.
 */
public interface Provider extends AutoCloseable {
  /** What never changes about it. */
  ProviderMetadata metadata();

  /** Its name, unique in a catalogue. */
  default String name() {
    return metadata().name();
  }

  /** The models it may serve with their configured limits, at least one, each once; always the same. */
  List<ServedModel> models();

  /**
   * What it can take of a model at the moment, never more than {@link #models} says; empty for a model that it does not serve, and
   * while it has nothing to offer. Less than configured is taken as a part of every limit, by the one that is shortest.
   * Whoever's answer changes calls {@link ProviderContext#changed}; nobody asks at intervals.
   *
   * @param model canonical name, as in {@link #models}
   */
  default Optional<ModelLimits> capacity(String model) {
    return models().stream().filter(served -> served.model().equals(model)).map(ServedModel::limits).findFirst();
  }

  /**
   * What it charges for a model at the moment; empty where the table of prices says it.
   *
   * @param model canonical name, as in {@link #models}
   */
  default Optional<Price> price(String model) {
    return Optional.empty();
  }

  /**
   * What it knows of its own state without having been asked for a request: a marketplace that may not be called is down. How its
   * requests are answered is judged by others. Changes are told by {@link ProviderContext#changed}.
   */
  ProviderHealth health();

  /**
   * Says where an admitted request is to be sent, or that it can't be sent now. {@code answer} is called exactly once, on the
   * calling thread or any other, and within seconds, for a caller waits; a provider that already knows answers before it returns.
   * What the consumer throws is not the provider's concern, and must not disturb it.
   *
   * <p>A request whose caller left meanwhile is answered all the same: the destination's listener then hears {@link
   * DispatchEnd.Kind#WITHDRAWN}, so that a quote can be given back.
   */
  void target(TargetRequest request, Consumer<TargetAnswer> answer);

  /** How to ask it whether it is there; empty, as always unless the operator configured it, for not at all. */
  default Optional<Probe> probe() {
    return Optional.empty();
  }

  /** Takes over changed files of credentials; may block. */
  default void refresh() {}

  /** Lets go of what it holds. Further calls of {@link #target} answer {@link TargetAnswer.NotNow}; closing twice is harmless. May block. */
  @Override
  default void close() {}
}
