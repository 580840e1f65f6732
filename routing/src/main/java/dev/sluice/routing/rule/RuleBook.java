// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.rule;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The rules in force: those of the configuration and those of the database, as one {@link RuleSet}. Thread-safe; look-ups see
 * either the rules before a change or those after it. Where both sources have a rule of the same place and id, the
 * configuration's goes first.
 */
public final class RuleBook {
  private final ReentrantLock lock = new ReentrantLock();
  private volatile RuleSet current = RuleSet.EMPTY;

  @GuardedBy("lock")
  private List<RoutingRule> configured = List.of();

  @GuardedBy("lock")
  private List<RoutingRule> stored = List.of();

  /** The rules of the moment. */
  public RuleSet current() {
    return current;
  }

  /** Replaces the configuration's rules. */
  public void configure(List<RoutingRule> rules) {
    lock.lock();
    try {
      configured = List.copyOf(rules);
      compileLocked();
    } finally {
      lock.unlock();
    }
  }

  /** Replaces the database's rules. */
  public void store(List<RoutingRule> rules) {
    lock.lock();
    try {
      stored = List.copyOf(rules);
      compileLocked();
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void compileLocked() {
    List<RoutingRule> all = new ArrayList<>(configured);
    all.addAll(stored);
    current = RuleSet.of(all);
  }
}
