// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.rule;

import dev.sluice.routing.Entitlement;
import dev.sluice.routing.Traits;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Routing rules, compiled for look-up. Immutable.
 *
 * <p>The answer is always that of asking every rule in its order. To be quicker than that, rules about one key are found by
 * hashing its id, rules about a prefix or suffix by hashing each part of the id that is as long as some pattern; only the
 * others, and rules about no key in particular, are asked one by one, and no further than the best found so far.
 */
public final class RuleSet {
  /** No rules. */
  public static final RuleSet EMPTY = of(List.of());

  private final List<RoutingRule> rules;
  private final Parts exact;
  private final Parts prefixes;
  private final Parts suffixes;
  private final List<Integer> others;

  private RuleSet(List<RoutingRule> rules) {
    this.rules = rules;
    this.exact = new Parts(rules, KeyPattern.Kind.EXACT);
    this.prefixes = new Parts(rules, KeyPattern.Kind.PREFIX);
    this.suffixes = new Parts(rules, KeyPattern.Kind.SUFFIX);
    this.others = new ArrayList<>();
    for (int rank = 0; rank < rules.size(); rank++) {
      KeyPattern.Kind kind = rules.get(rank).key().map(KeyPattern::kind).orElse(KeyPattern.Kind.CONTAINS);
      if (kind == KeyPattern.Kind.CONTAINS || kind == KeyPattern.Kind.REGEX) {
        others.add(rank);
      }
    }
  }

  /** Rules in any order; of two with the same place and id the one that comes first here goes first. */
  public static RuleSet of(Collection<RoutingRule> rules) {
    return new RuleSet(rules.stream().sorted(RoutingRule.ORDER).toList());
  }

  /** The rules in the order in which they are asked. */
  public List<RoutingRule> rules() {
    return rules;
  }

  /** The first rule that matches. */
  public Optional<RoutingRule> first(String keyId, Traits traits) {
    int best = rules.size();
    best = within(exact.ranks(keyId), traits, best);
    for (int length : prefixes.lengths(keyId)) {
      best = within(prefixes.ranks(keyId.substring(0, length)), traits, best);
    }
    for (int length : suffixes.lengths(keyId)) {
      best = within(suffixes.ranks(keyId.substring(keyId.length() - length)), traits, best);
    }
    for (int rank : others) {
      if (rank >= best || rules.get(rank).matches(keyId, traits)) {
        best = Math.min(rank, best);
        break;
      }
    }
    return best == rules.size() ? Optional.empty() : Optional.of(rules.get(best));
  }

  /** The least of {@code ranks} whose traits agree, or {@code best} if none is less. */
  private int within(List<Integer> ranks, Traits traits, int best) {
    for (int rank : ranks) {
      if (rank >= best) {
        return best;
      }
      if (rules.get(rank).match().agreesWith(traits)) {
        return rank;
      }
    }
    return best;
  }

  /** The same entitlement, its terms filled up by the first rule that matches. */
  public Entitlement applied(Entitlement entitlement) {
    return first(entitlement.keyId(), entitlement.traits())
        .map(rule -> entitlement.withTerms(entitlement.terms().orElse(rule.terms())))
        .orElse(entitlement);
  }

  /** The ranks of one kind's rules by the text of their pattern. Immutable. */
  private static final class Parts {
    private final Map<String, List<Integer>> ranks = new HashMap<>();
    private final TreeSet<Integer> lengths = new TreeSet<>();

    Parts(List<RoutingRule> rules, KeyPattern.Kind kind) {
      Function<String, List<Integer>> none = text -> new ArrayList<>();
      for (int rank = 0; rank < rules.size(); rank++) {
        Optional<KeyPattern> key = rules.get(rank).key();
        if (key.isPresent() && key.get().kind() == kind) {
          ranks.computeIfAbsent(key.get().text(), none).add(rank);
          lengths.add(key.get().text().length());
        }
      }
    }

    List<Integer> ranks(String text) {
      return ranks.getOrDefault(text, List.of());
    }

    /** The patterns' lengths that the id is long enough for. */
    Iterable<Integer> lengths(String keyId) {
      return lengths.isEmpty() ? List.of() : lengths.headSet(keyId.length(), true);
    }
  }
}
