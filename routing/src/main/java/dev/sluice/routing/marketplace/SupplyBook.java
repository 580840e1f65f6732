// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace;

import dev.sluice.routing.marketplace.Terms.Objection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The supplies last heard of that the operator's terms allow. Thread-safe; reading takes no lock.
 *
 * <p>They are fresh for a time. Afterwards they count only for those who take stale ones, and up to a second, longer limit, and
 * then for nobody.
 */
public final class SupplyBook {
  private final Terms terms;
  private final Duration fresh;
  private final Duration stale;
  private volatile Optional<Page> page = Optional.empty();

  /** What was heard at one time. Immutable. */
  private record Page(Map<String, List<Supply>> byModel, long askedNanos) {}

  /** How old what is known is. */
  public enum Age {
    FRESH,
    STALE,
    /** Nothing is known, or it is too old for anyone. */
    NONE
  }

  /** Supplies of a model, and when they were asked for. Immutable. */
  public record Found(List<Supply> supplies, Age age, long askedNanos) {
    /** Nothing. */
    static final Found NOTHING = new Found(List.of(), Age.NONE, 0);

    public Found {
      supplies = List.copyOf(supplies);
    }
  }

  /**
   * An empty book.
   *
   * @param fresh how long a list is as good as new
   * @param stale how long, from when it was heard, it is better than nothing; at least {@code fresh}
   */
  public SupplyBook(Terms terms, Duration fresh, Duration stale) {
    this.terms = terms;
    this.fresh = fresh;
    this.stale = stale;
  }

  /**
   * Takes a list over, instead of the one before.
   *
   * @param malformed entries that were no supplies
   * @param askedNanos when it was asked for
   * @return how many supplies are not used, and why
   */
  public Map<Objection, Integer> take(List<Supply> supplies, int malformed, long askedNanos) {
    Map<Objection, Integer> unused = new EnumMap<>(Objection.class);
    Map<String, List<Supply>> byModel = new HashMap<>();
    for (Supply supply : supplies) {
      List<Objection> objections = terms.objections(supply);
      objections.forEach(objection -> unused.merge(objection, 1, Integer::sum));
      if (objections.isEmpty()) {
        byModel.computeIfAbsent(supply.model(), model -> new ArrayList<>()).add(supply);
      }
    }
    if (malformed > 0) {
      unused.merge(Objection.MALFORMED, malformed, Integer::sum);
    }
    page = Optional.of(new Page(Map.copyOf(byModel), askedNanos));
    return unused;
  }

  /** The supplies of a model at an instant. */
  public Found find(String model, long nowNanos) {
    Optional<Page> now = page;
    Age age = age(now, nowNanos);
    if (now.isEmpty() || age == Age.NONE) {
      return Found.NOTHING;
    }
    return new Found(now.get().byModel().getOrDefault(model, List.of()), age, now.get().askedNanos());
  }

  /** How old the book is at an instant. */
  public Age age(long nowNanos) {
    return age(page, nowNanos);
  }

  private Age age(Optional<Page> at, long nowNanos) {
    if (at.isEmpty()) {
      return Age.NONE;
    }
    long age = nowNanos - at.get().askedNanos();
    return age < fresh.toNanos() ? Age.FRESH : age < stale.toNanos() ? Age.STALE : Age.NONE;
  }

  /** Usable supplies in the book, whatever their age. */
  public int size() {
    return page.map(now -> now.byModel().values().stream().mapToInt(List::size).sum()).orElse(0);
  }
}
