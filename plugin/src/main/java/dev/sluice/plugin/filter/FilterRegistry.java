// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.filter;

import dev.sluice.plugin.protocol.A6Message;
import dev.sluice.plugin.protocol.Field;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.apisix.plugin.runner.filter.PluginFilter;

/**
 * The filters that routes may name, each under one name. Thread-safe: filled by its builder and not changed after.
 *
 * <p>Filters come as instances, by class name, or from the jars of a folder. Two filters of one name are an error that names
 * where both came from. Closing the registry closes the jars.
 */
public final class FilterRegistry implements AutoCloseable {
  private static final int MAX_FILTERS_ON_ROUTE = 64;
  private static final int MAX_SHOWN_CHARS = 128;

  private final Map<String, Origin> filters;
  private final List<AutoCloseable> jars;

  private FilterRegistry(Map<String, Origin> filters, List<AutoCloseable> jars) {
    this.filters = Map.copyOf(filters);
    this.jars = List.copyOf(jars);
  }

  /** A builder without filters. */
  public static Builder builder() {
    return new Builder();
  }

  /** The names that routes may use. */
  public Set<String> names() {
    return filters.keySet();
  }

  /** Finds the filters of a route and has each read its configuration; whatever fails makes the route broken. */
  public FilterRoute route(A6Message.PrepareConf conf) {
    if (conf.filters().size() > MAX_FILTERS_ON_ROUTE) {
      return new FilterRoute.Broken(
          "filters: " + conf.filters().size() + " (expected: at most " + MAX_FILTERS_ON_ROUTE + ")");
    }
    List<HostedFilter> links = new ArrayList<>(conf.filters().size());
    for (Field entry : conf.filters()) {
      Origin origin = filters.get(entry.name());
      if (origin == null) {
        return new FilterRoute.Broken(
            "no filter is named '" + shown(entry.name()) + "' (known: " + String.join(", ", new TreeSet<>(names())) + ")");
      }
      try {
        links.add(HostedFilter.of(origin.filter(), entry.name(), entry.text()));
      } catch (ConfException e) {
        return new FilterRoute.Broken("configuration of " + entry.name() + ": " + e.getMessage());
      } catch (RuntimeException | LinkageError | StackOverflowError e) {
        // The message of a failure that was not meant to be shown could quote the configuration.
        return new FilterRoute.Broken("configuration of " + entry.name() + ": " + e.getClass().getName());
      }
    }
    return new FilterRoute.Ready(links);
  }

  /** A name from outside, fit for a log line. */
  public static String shown(String name) {
    String cut = name.length() <= MAX_SHOWN_CHARS ? name : name.substring(0, MAX_SHOWN_CHARS) + "…";
    return cut.replaceAll("[^\\p{L}\\p{N}\\p{Punct} ]", "?");
  }

  @Override
  public void close() {
    FilterJars.close(jars);
  }

  /** A filter and where it came from. */
  private record Origin(PluginFilter filter, String from) {}

  /** Gathers filters. Not thread-safe; confined to the thread that starts the process. */
  public static final class Builder {
    private final Map<String, Origin> filters = new LinkedHashMap<>();
    private final List<AutoCloseable> jars = new ArrayList<>();

    private Builder() {}

    /**
     * Adds a filter.
     *
     * @throws FilterLoadException if its name is blank or taken
     */
    public Builder add(PluginFilter filter) {
      return add(filter, "class " + filter.getClass().getName());
    }

    /**
     * Adds a filter by the name of its class, which has a public constructor without parameters.
     *
     * @throws FilterLoadException if there is no such class, it is no filter, or its name is blank or taken
     */
    public Builder addClass(String className) {
      ClassLoader loader = FilterRegistry.class.getClassLoader();
      return add(FilterJars.instantiate(loader, className), "class " + className + " named in the configuration");
    }

    /**
     * Adds the filters of every jar in a folder, in the order of their file names: those that its {@code
     * META-INF/services} entry lists, or without one every class that is a filter with a public constructor without
     * parameters. Each jar has a class loader of its own below the application's.
     *
     * @throws FilterLoadException if a jar can't be read, or a filter's name is blank or taken
     */
    public Builder addJars(Path folder) {
      try {
        for (FilterJars.Jar jar : FilterJars.open(folder)) {
          jars.add(jar.loader());
          jar.filters().forEach(filter -> add(filter, "jar " + jar.path() + ", class " + filter.getClass().getName()));
        }
      } catch (IOException e) {
        throw new FilterLoadException("filter jars in " + folder + ": " + e, e);
      }
      return this;
    }

    /** The registry. */
    public FilterRegistry build() {
      return new FilterRegistry(filters, jars);
    }

    private Builder add(PluginFilter filter, String from) {
      String name = FilterJars.nameOf(filter, from);
      Origin earlier = filters.putIfAbsent(name, new Origin(filter, from));
      if (earlier != null) {
        throw new FilterLoadException(
            "two filters are named '" + name + "': " + earlier.from() + ", and " + from);
      }
      return this;
    }
  }
}
