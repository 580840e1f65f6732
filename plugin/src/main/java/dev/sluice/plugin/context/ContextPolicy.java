// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.context;

import java.util.List;
import java.util.Set;

/**
 * Which terms hold for which request: those of the first rule that fits, else the usual ones. Immutable.
 *
 * @param usual of requests that no rule fits
 */
public record ContextPolicy(List<Rule> rules, ContextTerms usual) {
  public ContextPolicy {
    rules = List.copyOf(rules);
  }

  /**
   * Terms of some requests. Immutable.
   *
   * @param model a model's name, or a prefix followed by {@code *}
   * @param levels priority levels; empty means all
   */
  public record Rule(String model, Set<Integer> levels, ContextTerms terms) {
    public Rule {
      levels = Set.copyOf(levels);
    }

    private boolean fits(String name) {
      return model.endsWith("*") ? name.startsWith(model.substring(0, model.length() - 1)) : name.equals(model);
    }
  }

  /**
   * The terms of a request.
   *
   * @param requested the model as the caller named it
   * @param model the same by its first name
   */
  public ContextTerms terms(String requested, String model, int level) {
    for (Rule rule : rules) {
      if ((rule.levels().isEmpty() || rule.levels().contains(level)) && (rule.fits(requested) || rule.fits(model))) {
        return rule.terms();
      }
    }
    return usual;
  }
}
