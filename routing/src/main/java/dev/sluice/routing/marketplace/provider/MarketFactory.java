// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace.provider;

import dev.sluice.routing.config.Problems;
import dev.sluice.routing.config.Section;
import dev.sluice.routing.config.Surroundings;
import dev.sluice.routing.config.Values;
import dev.sluice.routing.marketplace.Terms;
import dev.sluice.routing.marketplace.consent.EgressGate;
import dev.sluice.routing.marketplace.consent.EgressGate.Permit;
import dev.sluice.routing.marketplace.consent.Notice;
import dev.sluice.routing.marketplace.provider.MarketKeys.Model;
import dev.sluice.routing.price.Price;
import dev.sluice.routing.provider.CapacityKeys;
import dev.sluice.routing.provider.ProviderFactory;
import dev.sluice.routing.provider.ProviderPlan;
import dev.sluice.routing.provider.ServedModel;
import dev.sluice.routing.store.Breaker;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The type {@code marketplace}: capacity that third parties sell. Immutable. */
public final class MarketFactory implements ProviderFactory {
  /** Its name, and that of its one provider. */
  public static final String TYPE = MarketKeys.MARKETPLACE;

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Section section() {
    return MarketKeys.SECTION;
  }

  @Override
  public List<ProviderPlan> read(Values provider, Surroundings surroundings, Problems problems) {
    Values values = provider.section(MarketKeys.SECTION);
    MarketSettings settings = MarketSettings.of(provider, surroundings, problems);
    if (!settings.enabled()) {
      return List.of();
    }
    int before = problems.count();
    complete(values, settings, problems);
    models(values, problems);
    if (values.sound(MarketKeys.CACHE_TTL, MarketKeys.STALE_LIMIT) && values.get(MarketKeys.STALE_LIMIT).compareTo(values.get(MarketKeys.CACHE_TTL)) < 0) {
      values.refuse(MarketKeys.STALE_LIMIT, "at least cache_ttl, which is " + values.shown(MarketKeys.CACHE_TTL), problems);
    }
    // Last, and only where all else is right: it is a page of text.
    if (problems.count() == before) {
      consent(values, settings, problems);
    }
    boolean whole = values.items(Model.SECTION).stream().allMatch(model -> model.sound(Model.MODEL, Model.MAX_INPUT_PRICE, Model.MAX_OUTPUT_PRICE));
    return problems.count() == before && whole ? List.of(plan(values, settings)) : List.of();
  }

  private static void complete(Values values, MarketSettings settings, Problems problems) {
    if (settings.url().isEmpty() && values.sound(MarketKeys.URL) && !values.written(MarketKeys.URL)) {
      problems.add(values.place(), values.path(), "no url", "url: the address of the marketplace, as enabled is true");
    }
    boolean named = values.written(MarketKeys.KEY_ENV) || values.written(MarketKeys.KEY_FILE);
    if (!settings.offline() && !named && values.sound(MarketKeys.KEY_ENV, MarketKeys.KEY_FILE)) {
      problems.add(values.place(), values.path(), "no key", "key_env or key_file: your key at the marketplace, without which nothing is called");
    }
    if (values.sound(MarketKeys.UPSTREAMS) && values.get(MarketKeys.UPSTREAMS).isEmpty()) {
      problems.add(values.place(), values.path(), "no upstreams", "upstreams: the gateway's upstream for each supplier's endpoint");
    }
    if (values.items(Model.SECTION).isEmpty()) {
      problems.add(values.place(), values.path() + ".models", "none", "at least one model");
    }
  }

  private static void models(Values values, Problems problems) {
    Set<String> own = new HashSet<>();
    Set<String> market = new HashSet<>();
    for (Values model : values.items(Model.SECTION)) {
      if (!model.sound(Model.MODEL, Model.MARKET_MODEL)) {
        continue;
      }
      String name = model.get(Model.MODEL);
      String sold = model.find(Model.MARKET_MODEL).orElse(name);
      if (name.equals(ServedModel.ANY) || sold.equals(ServedModel.ANY)) {
        model.refuse(name.equals(ServedModel.ANY) ? Model.MODEL : Model.MARKET_MODEL, "a model's name: what callers make up must not leave", problems);
      }
      if (!own.add(name)) {
        model.refuse(Model.MODEL, "each model once", problems);
      }
      if (!market.add(sold)) {
        model.refuse(Model.MARKET_MODEL, "each of the marketplace's models once", problems);
      }
    }
  }

  private static void consent(Values values, MarketSettings settings, Problems problems) {
    if (settings.gate().check() instanceof Permit.Refused(EgressGate.Why why) && why != EgressGate.Why.OFFLINE) {
      String reason =
          switch (why) {
            case OFFLINE, NO_CONSENT -> "true, but nobody has consented to the notice";
            case OTHER_NOTICE -> "true, but the consent is to another notice";
            case OTHER_MARKETPLACE -> "true, but the consent is about another marketplace";
            case UNREADABLE -> "true, but the consent cannot be read";
          };
      problems.add(
          values.place(MarketKeys.ENABLED),
          values.path(MarketKeys.ENABLED),
          reason,
          "false, or consent to the notice below, by `sluice marketplace consent --who NAME`, with the same --config\n\n" + Notice.CURRENT.text());
    }
  }

  private static MarketPlan plan(Values values, MarketSettings settings) {
    Map<String, Price> most = new LinkedHashMap<>();
    List<ServedModel> models = values.items(Model.SECTION).stream().map(MarketFactory::served).toList();
    for (Values model : values.items(Model.SECTION)) {
      BigDecimal input = model.get(Model.MAX_INPUT_PRICE);
      most.put(model.find(Model.MARKET_MODEL).orElse(model.get(Model.MODEL)), new Price(input, input, model.get(Model.MAX_OUTPUT_PRICE)));
    }
    Terms terms =
        new Terms(
            values.get(MarketKeys.UPSTREAMS),
            values.get(MarketKeys.REGIONS),
            values.get(MarketKeys.RESIDENCY),
            values.get(MarketKeys.MIN_AVAILABILITY).doubleValue(),
            most);
    var calls =
        new MarketPlan.Calls(
            values.get(MarketKeys.QUOTE_DEADLINE),
            values.get(MarketKeys.CALL_DEADLINE),
            1 + values.get(MarketKeys.MAX_RETRIES),
            values.get(MarketKeys.REFRESH_INTERVAL),
            new Breaker.Settings(values.get(MarketKeys.BREAKER_THRESHOLD), values.get(MarketKeys.BREAKER_TIMEOUT), values.get(MarketKeys.BREAKER_PROBES)));
    var keeping =
        new MarketPlan.Keeping(
            values.get(MarketKeys.DEGRADATION_MODE),
            values.get(MarketKeys.CACHE_TTL),
            values.get(MarketKeys.STALE_LIMIT),
            values.get(MarketKeys.OUTBOX_SIZE),
            values.get(MarketKeys.REQUEST_STREAM_USAGE));
    return new MarketPlan(settings, models, terms, calls, keeping);
  }

  private static ServedModel served(Values model) {
    return new ServedModel(
        model.get(Model.MODEL), model.find(Model.MARKET_MODEL), model.get(Model.ALIASES), CapacityKeys.limits(model, model), CapacityKeys.pace(model, model));
  }
}
