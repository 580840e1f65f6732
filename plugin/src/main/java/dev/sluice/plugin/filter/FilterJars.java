// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.filter;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.apache.apisix.plugin.runner.filter.PluginFilter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The loading of filter classes. Stateless. */
final class FilterJars {
  private static final Logger log = LoggerFactory.getLogger(FilterJars.class);
  private static final String SERVICES = "META-INF/services/" + PluginFilter.class.getName();
  private static final String CLASS_SUFFIX = ".class";

  private FilterJars() {}

  /** A jar with its filters; the loader stays open as long as they are in use. */
  record Jar(Path path, URLClassLoader loader, List<PluginFilter> filters) {}

  static List<Jar> open(Path folder) throws IOException {
    List<Path> paths;
    try (Stream<Path> entries = Files.list(folder)) {
      paths = entries.filter(path -> path.getFileName().toString().endsWith(".jar")).sorted().toList();
    }
    List<Jar> jars = new ArrayList<>(paths.size());
    try {
      for (Path path : paths) {
        jars.add(openOne(path));
      }
    } catch (IOException | FilterLoadException e) {
      close(jars.stream().map(Jar::loader).toList());
      throw e;
    }
    return jars;
  }

  private static Jar openOne(Path path) throws IOException {
    URLClassLoader loader =
        new URLClassLoader(path.toString(), new URL[] {path.toUri().toURL()}, FilterJars.class.getClassLoader());
    try (JarFile jar = new JarFile(path.toFile())) {
      JarEntry services = jar.getJarEntry(SERVICES);
      List<PluginFilter> filters =
          services == null
              ? scan(jar, loader)
              : listed(jar, services).stream().map(name -> instantiate(loader, name)).toList();
      return new Jar(path, loader, filters);
    } catch (IOException | FilterLoadException e) {
      close(List.of(loader));
      throw e;
    }
  }

  static void close(List<? extends AutoCloseable> loaders) {
    for (AutoCloseable loader : loaders) {
      try {
        loader.close();
      } catch (Exception e) {
        log.warn("event=filter_jar_close_failed", e);
      }
    }
  }

  /** Makes a filter of a named class. */
  static PluginFilter instantiate(ClassLoader loader, String className) {
    try {
      Class<?> type = Class.forName(className, true, loader);
      if (!PluginFilter.class.isAssignableFrom(type)) {
        throw new FilterLoadException("filter class " + className + ": does not implement " + PluginFilter.class.getName());
      }
      return (PluginFilter) type.getConstructor().newInstance();
    } catch (ReflectiveOperationException | LinkageError e) {
      throw new FilterLoadException("filter class " + className + ": " + e, e);
    }
  }

  /** The name that a filter gives itself. */
  static String nameOf(PluginFilter filter, String from) {
    @Nullable String name;
    try {
      name = filter.name();
    } catch (RuntimeException e) {
      throw new FilterLoadException("filter from " + from + ": name() failed", e);
    }
    if (name == null || name.isBlank()) {
      throw new FilterLoadException("filter from " + from + ": name() is blank");
    }
    return name;
  }

  private static List<String> listed(JarFile jar, JarEntry services) throws IOException {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(jar.getInputStream(services), StandardCharsets.UTF_8))) {
      return lines
          .lines()
          .map(line -> line.replaceFirst("#.*", "").strip())
          .filter(line -> !line.isEmpty())
          .toList();
    }
  }

  private static List<PluginFilter> scan(JarFile jar, ClassLoader loader) {
    return jar.stream()
        .map(JarEntry::getName)
        .filter(name -> name.endsWith(CLASS_SUFFIX) && !name.startsWith("META-INF/") && !name.endsWith("-info.class"))
        .map(name -> name.substring(0, name.length() - CLASS_SUFFIX.length()).replace('/', '.'))
        .sorted()
        .filter(name -> isFilter(loader, name))
        .map(name -> instantiate(loader, name))
        .toList();
  }

  private static boolean isFilter(ClassLoader loader, String className) {
    try {
      Class<?> type = Class.forName(className, false, loader);
      return PluginFilter.class.isAssignableFrom(type)
          && Modifier.isPublic(type.getModifiers())
          && !Modifier.isAbstract(type.getModifiers())
          && Stream.of(type.getConstructors()).anyMatch(constructor -> constructor.getParameterCount() == 0);
    } catch (ClassNotFoundException | LinkageError e) {
      // A jar may hold classes for libraries that are not here; only filters have to load.
      log.debug("event=class_skipped class={} reason={}", className, e.toString());
      return false;
    }
  }
}
