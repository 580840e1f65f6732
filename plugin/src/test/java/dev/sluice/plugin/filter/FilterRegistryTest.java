// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.plugin.protocol.A6Message.PrepareConf;
import dev.sluice.plugin.protocol.Field;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.apache.apisix.plugin.runner.filter.PluginFilter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilterRegistryTest {
  private static final String SERVICES = "META-INF/services/org.apache.apisix.plugin.runner.filter.PluginFilter";

  @TempDir Path folder;

  /** A third party's filter that is on the class path. */
  public static final class ThirdParty implements PluginFilter {
    @Override
    public String name() {
      return "third-party";
    }
  }

  /** No filter. */
  public static final class NoFilter {}

  /** A filter without a usable constructor. */
  public static final class NeedsSomething implements PluginFilter {
    public NeedsSomething(String something) {
      assertThat(something).isNotNull();
    }

    @Override
    public String name() {
      return "needs";
    }
  }

  @Test
  void findsAFilterByClassName() {
    FilterRegistry filters = FilterRegistry.builder().addClass(ThirdParty.class.getName()).build();
    assertThat(filters.names()).containsExactly("third-party");
    assertThat(filters.route(conf("third-party"))).isInstanceOf(FilterRoute.Ready.class);
  }

  @Test
  void saysWhyAClassCannotBeTaken() {
    FilterRegistry.Builder builder = FilterRegistry.builder();
    assertThatThrownBy(() -> builder.addClass("no.such.Filter")).isInstanceOf(FilterLoadException.class).hasMessageContaining("no.such.Filter");
    assertThatThrownBy(() -> builder.addClass(NoFilter.class.getName())).hasMessageContaining("does not implement");
    assertThatThrownBy(() -> builder.addClass(NeedsSomething.class.getName())).hasMessageContaining("NoSuchMethod");
  }

  @Test
  void twoFiltersOfOneNameNameBothOrigins() throws Exception {
    Path jar = jar("a.jar", false, "jar.One", "third-party");
    FilterRegistry.Builder builder = FilterRegistry.builder().addClass(ThirdParty.class.getName());
    assertThatThrownBy(() -> builder.addJars(folder))
        .isInstanceOf(FilterLoadException.class)
        .hasMessageContaining("'third-party'")
        .hasMessageContaining("class " + ThirdParty.class.getName())
        .hasMessageContaining(jar.toString());
  }

  @Test
  void scansAJarForFilters() throws Exception {
    jar("a.jar", false, "jar.One", "one");
    jar("b.jar", false, "jar.Two", "two");
    Files.writeString(folder.resolve("readme.txt"), "no jar");
    try (FilterRegistry filters = FilterRegistry.builder().addJars(folder).build()) {
      assertThat(filters.names()).containsExactlyInAnyOrder("one", "two");
      assertThat(filters.route(conf("one", "two"))).isInstanceOf(FilterRoute.Ready.class);
    }
  }

  @Test
  void aServicesEntryDecidesForItsJar() throws Exception {
    jar("a.jar", true, "jar.One", "one");
    try (FilterRegistry filters = FilterRegistry.builder().addJars(folder).build()) {
      assertThat(filters.names()).containsExactly("one");
    }
  }

  @Test
  void aJarThatIsNoneStopsTheStart() throws Exception {
    Files.writeString(folder.resolve("a.jar"), "no jar");
    assertThatThrownBy(() -> FilterRegistry.builder().addJars(folder)).isInstanceOf(FilterLoadException.class);
  }

  @Test
  void unusableConfigurationsBreakTheRoute() {
    FilterRegistry filters = FilterRegistry.builder().add(new ThirdParty()).build();
    assertThat(broken(filters, conf("third-party", "third-partz"))).contains("third-partz").contains("known: third-party");
    assertThat(broken(filters, conf(Collections.nCopies(65, "third-party").toArray(String[]::new)))).contains("65");
    assertThat(broken(filters, conf("a\nb" + "x".repeat(500)))).contains("a?b").hasSizeLessThan(300);
  }

  private static String broken(FilterRegistry filters, PrepareConf conf) {
    return ((FilterRoute.Broken) filters.route(conf)).reason();
  }

  private static PrepareConf conf(String... names) {
    return new PrepareConf("k", Stream.of(names).map(name -> new Field(name, "{}")).toList());
  }

  /** A jar of a filter compiled here, a class of a library that is not there, and a plain class. */
  private Path jar(String file, boolean withServices, String className, String filterName) throws IOException {
    String simple = className.substring(className.indexOf('.') + 1);
    Path sources = Files.createTempDirectory(folder, "src");
    Path classes = Files.createTempDirectory(folder, "classes");
    Path filter = source(sources, simple, "public class %s implements %s { public String name() { return \"%s\"; } }"
        .formatted(simple, PluginFilter.class.getName(), filterName));
    Path orphan = source(sources, simple + "Orphan", "public class %1$sOrphan extends %1$sMissing {}".formatted(simple));
    Path missing = source(sources, simple + "Missing", "public class %sMissing {}".formatted(simple));
    int result =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-d", classes.toString(), "-classpath", System.getProperty("java.class.path"),
                "-proc:none", filter.toString(), orphan.toString(), missing.toString());
    assertThat(result).isZero();
    Path jar = folder.resolve(file);
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      for (String name : List.of(simple, simple + "Orphan")) {
        out.putNextEntry(new JarEntry("jar/" + name + ".class"));
        out.write(Files.readAllBytes(classes.resolve("jar/" + name + ".class")));
      }
      if (withServices) {
        out.putNextEntry(new JarEntry(SERVICES));
        out.write(("# ours\n" + className + " # here\n").getBytes(StandardCharsets.UTF_8));
      }
    }
    return jar;
  }

  private static Path source(Path folder, String simple, String body) throws IOException {
    return Files.writeString(folder.resolve(simple + ".java"), "package jar; " + body);
  }
}
