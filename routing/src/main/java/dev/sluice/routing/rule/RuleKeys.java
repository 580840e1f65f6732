// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.rule;

import dev.sluice.routing.config.Key;
import dev.sluice.routing.config.Kinds;
import dev.sluice.routing.config.Problems;
import dev.sluice.routing.config.Section;
import dev.sluice.routing.config.Values;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The declaration of routing rules in a configuration file. Immutable. */
public final class RuleKeys {
  private static final Key<String> ID = Key.required("id", Kinds.name(64), "Name of the rule.");
  private static final Key<Integer> PRIORITY_ORDER =
      Key.of("priority_order", Kinds.whole(0, 1_000_000), "100", "Its place: the least is asked first, of equal ones the first by name.");
  private static final Key<String> MATCH_KEY =
      Key.optional(
          "match_key",
          Kinds.text("1 to 256 visible characters", "[!-~]{1,256}", KeyPattern.MAX_CHARS),
          "any",
          "Only API keys whose id is like this: the id that the key store knows an authenticated key under, never what a caller sent.");
  private static final Key<KeyPattern.Kind> MATCH_KEY_KIND =
      Key.of("match_key_kind", Kinds.choice(KeyPattern.Kind.class), "exact", "How `match_key` is meant; `regex` is RE2's, anywhere in the id.");
  private static final Key<Boolean> ENABLED = Key.of("enabled", Kinds.flag(), "true", "Whether the rule counts.");
  private static final Key<String> DESCRIPTION = Key.optional("description", Kinds.line(256), "none", "For people.");

  /** The list of rules. */
  public static final Section SECTION =
      Section.list(
              "rules",
              "On what terms requests are served, by what is known of their sender. The first rule that matches in everything it asks"
                  + " gives its terms; what the key itself settles wins over them.",
              Stream.of(List.of(ID, PRIORITY_ORDER), MatchKeys.KEYS, List.of(MATCH_KEY, MATCH_KEY_KIND), TermKeys.OF_KEYS, List.of(TermKeys.QUOTA_MULTIPLIER, ENABLED, DESCRIPTION))
                  .<Key<?>>flatMap(List::stream)
                  .toList(),
              List.of())
          .reloadable();

  private RuleKeys() {}

  /**
   * The rules of a document's list that count; what is wrong with the others is among the problems.
   *
   * @param levels how many priority levels there are
   */
  public static List<RoutingRule> read(List<Values> items, int levels, Problems problems) {
    List<RoutingRule> rules = new ArrayList<>();
    Map<String, Integer> seen = new HashMap<>();
    for (Values item : items) {
      if (!item.sound(ID, PRIORITY_ORDER, MATCH_KEY, MATCH_KEY_KIND, TermKeys.LEVEL)) {
        continue;
      }
      Integer first = seen.putIfAbsent(item.get(ID), item.place(ID).line());
      if (first != null) {
        item.refuse(ID, "a name of its own; the same is on line " + first, problems);
      }
      if (item.find(TermKeys.LEVEL).filter(level -> level >= levels).isPresent()) {
        item.refuse(TermKeys.LEVEL, "a level from 0 to " + (levels - 1) + ", as priority_levels is " + levels, problems);
      }
      if (item.find(MATCH_KEY).isEmpty() && item.written(MATCH_KEY_KIND)) {
        item.refuse(MATCH_KEY_KIND, "match_key beside it", problems);
      }
      pattern(item, problems)
          .ifPresent(key -> rules.add(new RoutingRule(item.get(ID), item.get(PRIORITY_ORDER), MatchKeys.traits(item), key, TermKeys.terms(item))));
    }
    return rules;
  }

  /** The pattern, if one is asked for; empty as a whole if the rule does not count. */
  private static Optional<Optional<KeyPattern>> pattern(Values item, Problems problems) {
    try {
      Optional<KeyPattern> pattern = item.find(MATCH_KEY).map(text -> KeyPattern.of(item.get(MATCH_KEY_KIND), text));
      return item.get(ENABLED) ? Optional.of(pattern) : Optional.empty();
    } catch (IllegalArgumentException e) {
      problems.add(item.place(MATCH_KEY), item.path(MATCH_KEY), item.shown(MATCH_KEY), String.valueOf(e.getMessage()).replaceFirst("^match_key: ", "a fit pattern, not "));
      return Optional.empty();
    }
  }
}
