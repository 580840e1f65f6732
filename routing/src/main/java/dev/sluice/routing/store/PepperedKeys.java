// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import dev.sluice.routing.ApiKey;
import dev.sluice.routing.KeyFingerprint;
import dev.sluice.routing.KeyStore;
import dev.sluice.routing.Lookup;
import dev.sluice.routing.key.Pepper;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Keys by the peppers in use: the present one, and during a rotation the one before, so that a rotation fails no request. A key that is
 * stored under neither is unknown. Thread-safe.
 */
public final class PepperedKeys implements KeyStore {
  private static final Lookup ABSENT = new Lookup.KnownAbsent();

  private final List<Pepper> peppers;
  private final Function<KeyFingerprint, Lookup> keys;

  /**
   * Keys looked up in {@code keys}.
   *
   * @param peppers in the order they are tried, at least one
   */
  public PepperedKeys(List<Pepper> peppers, Function<KeyFingerprint, Lookup> keys) {
    this.peppers = List.copyOf(peppers);
    this.keys = keys;
  }

  @Override
  public Lookup find(ApiKey key) {
    return find(key, 0);
  }

  private Lookup find(ApiKey key, int pepper) {
    Lookup lookup = keys.apply(peppers.get(pepper).fingerprint(key));
    if (pepper + 1 == peppers.size() || lookup instanceof Lookup.Hit) {
      return lookup;
    }
    if (lookup instanceof Lookup.Pending pending) {
      return new Lookup.Pending(pending.answer().thenCompose(answer -> next(answer, key, pepper)));
    }
    return better(lookup, find(key, pepper + 1));
  }

  private CompletableFuture<Lookup> next(Lookup answer, ApiKey key, int pepper) {
    if (answer instanceof Lookup.Hit) {
      return CompletableFuture.completedFuture(answer);
    }
    Lookup better = better(answer, find(key, pepper + 1));
    return better instanceof Lookup.Pending pending ? pending.answer() : CompletableFuture.completedFuture(better);
  }

  /** A hit wins; an absence counts only if both are. */
  private static Lookup better(Lookup first, Lookup second) {
    return switch (second) {
      case Lookup.Hit hit -> hit;
      case Lookup.Pending pending -> new Lookup.Pending(pending.answer().thenApply(answer -> better(first, answer)));
      case Lookup.KnownAbsent absent -> first instanceof Lookup.KnownAbsent ? ABSENT : first;
      case Lookup.Failed failed -> first instanceof Lookup.Busy ? first : failed;
      case Lookup.Busy busy -> busy;
    };
  }
}
