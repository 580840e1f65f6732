// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

import dev.sluice.plugin.config.EffectiveConfig.Setting;
import dev.sluice.routing.config.ConfigException;
import dev.sluice.routing.config.ConfigProblem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Takes over a changed configuration in two phases, so that a bad file never disturbs what runs.
 *
 * <p>{@link #prepare} reads and judges, and changes nothing. Whoever runs the parts then prepares each of them with the next
 * configuration, and calls {@link #commit} when all agreed. Thread-safe.
 */
public final class ConfigReload {
  private final ConfigLoader loader;
  private final ReentrantLock lock = new ReentrantLock();
  private LoadedConfig current;

  /** A reload that compares with {@code current}, the configuration in force. */
  public ConfigReload(ConfigLoader loader, LoadedConfig current) {
    this.loader = loader;
    this.current = current;
  }

  /** What reading the file again came to. */
  public sealed interface Prepared {
    /** Nothing differs. */
    record Unchanged() implements Prepared {}

    /**
     * A configuration that may be committed.
     *
     * @param applied paths that differ and take effect at once
     * @param needRestart paths that differ and take effect only at the next start
     */
    record Ready(LoadedConfig next, List<String> applied, List<String> needRestart) implements Prepared {}

    /** The file is at fault; what runs stays. */
    record Invalid(List<ConfigProblem> problems) implements Prepared {}
  }

  /** Reads the file as it is now and compares; blocks on the file. */
  public Prepared prepare() {
    LoadedConfig next;
    try {
      next = loader.load();
    } catch (ConfigException e) {
      return new Prepared.Invalid(e.problems());
    }
    Map<String, Setting> before = EffectiveConfig.flatten(current().values());
    Map<String, Setting> after = EffectiveConfig.flatten(next.values());
    var applied = new ArrayList<String>();
    var needRestart = new ArrayList<String>();
    var paths = new TreeSet<>(before.keySet());
    paths.addAll(after.keySet());
    for (String path : paths) {
      Setting old = before.get(path);
      Setting fresh = after.get(path);
      if (!Objects.equals(old, fresh)) {
        boolean live = fresh != null ? fresh.live() : old != null && old.live();
        (live ? applied : needRestart).add(path);
      }
    }
    return applied.isEmpty() && needRestart.isEmpty() && sameOrder(next)
        ? new Prepared.Unchanged()
        : new Prepared.Ready(next, List.copyOf(applied), List.copyOf(needRestart));
  }

  /** The order of providers is a preference, though no key's value shows it. */
  private boolean sameOrder(LoadedConfig next) {
    return names(current()).equals(names(next));
  }

  private static List<String> names(LoadedConfig loaded) {
    return loaded.config().providers().stream().map(plan -> plan.metadata().name()).toList();
  }

  /** Makes a prepared configuration the one that later changes are compared with. */
  public void commit(Prepared.Ready ready) {
    lock.lock();
    try {
      current = ready.next();
    } finally {
      lock.unlock();
    }
  }

  /** The configuration in force. */
  public LoadedConfig current() {
    lock.lock();
    try {
      return current;
    } finally {
      lock.unlock();
    }
  }
}
