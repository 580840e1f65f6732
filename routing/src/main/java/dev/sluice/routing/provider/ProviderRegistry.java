// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.provider;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The open providers of a process, and the catalogue of them. Thread-safe.
 *
 * <p>Changes come in two steps, so that a bad one changes nothing: {@link #prepare} judges and opens what is new, {@link
 * Prepared#commit} makes it the catalogue and closes what is gone.
 */
public final class ProviderRegistry implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ProviderRegistry.class);

  private record Open(ProviderPlan plan, Provider provider) {}

  /** A catalogue that may be put in force. */
  @FunctionalInterface
  public interface Prepared {
    /** Puts it in force. */
    void commit();
  }

  private final ProviderContext context;
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private Map<String, Open> open = Map.of();

  private volatile ProviderCatalog catalog = ProviderCatalog.of(0, List.of());

  /** A registry without providers. */
  public ProviderRegistry(ProviderContext context) {
    this.context = context;
  }

  /** The catalogue in force. */
  public ProviderCatalog catalog() {
    return catalog;
  }

  /**
   * Makes ready for {@code plans}, in order of preference; providers whose plans are in force already stay as they are.
   *
   * @throws IllegalArgumentException as {@link ProviderCatalog#of}
   */
  public Prepared prepare(List<? extends ProviderPlan> plans) {
    lock.lock();
    try {
      Map<String, Open> next = new HashMap<>();
      List<Provider> providers = new ArrayList<>();
      List<Provider> opened = new ArrayList<>();
      for (ProviderPlan plan : plans) {
        Open running = open.get(plan.metadata().name());
        if (running == null || !running.plan().equals(plan)) {
          running = new Open(plan, plan.open(context));
          opened.add(running.provider());
        }
        next.put(plan.metadata().name(), running);
        providers.add(running.provider());
      }
      try {
        ProviderCatalog wanted = ProviderCatalog.of(catalog.version() + 1, providers);
        return () -> commit(next, wanted);
      } catch (IllegalArgumentException e) {
        opened.forEach(ProviderRegistry::close);
        throw e;
      }
    } finally {
      lock.unlock();
    }
  }

  private void commit(Map<String, Open> next, ProviderCatalog wanted) {
    List<Provider> gone = new ArrayList<>();
    lock.lock();
    try {
      for (Open before : open.values()) {
        if (!next.containsValue(before)) {
          gone.add(before.provider());
        }
      }
      open = Map.copyOf(next);
      catalog = wanted;
    } finally {
      lock.unlock();
    }
    gone.forEach(ProviderRegistry::close);
  }

  /** Takes over changed files of credentials; may block. */
  public void refresh() {
    catalog.providers().forEach(Provider::refresh);
  }

  /** Closes every provider; the catalogue stays readable. */
  @Override
  public void close() {
    catalog.providers().forEach(ProviderRegistry::close);
  }

  private static void close(Provider provider) {
    try {
      provider.close();
    } catch (RuntimeException e) {
      log.warn("provider={} did not close cleanly", provider.name(), e);
    }
  }
}
