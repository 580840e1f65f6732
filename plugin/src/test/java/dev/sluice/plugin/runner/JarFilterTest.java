// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.plugin.filter.FilterRegistry;
import dev.sluice.plugin.protocol.Wire;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A filter written against the SDK alone, compiled here, served from a jar. */
class JarFilterTest {
  private static final String SOURCE =
      """
      package thirdparty;

      import java.util.List;
      import org.apache.apisix.plugin.runner.HttpRequest;
      import org.apache.apisix.plugin.runner.HttpResponse;
      import org.apache.apisix.plugin.runner.filter.PluginFilter;
      import org.apache.apisix.plugin.runner.filter.PluginFilterChain;

      public class Greeter implements PluginFilter {
        @Override public String name() { return "greeter"; }
        @Override public List<String> requiredVars() { return List.of("consumer_name", "absent"); }
        @Override public Boolean requiredBody() { return true; }
        @Override public void filter(HttpRequest request, HttpResponse response, PluginFilterChain chain) {
          request.setHeader("x-conf", request.getConfig(this));
          request.setHeader("x-consumer", request.getVars("consumer_name"));
          request.setHeader("x-absent", request.getVars("absent"));
          request.setHeader("x-body", request.getBody());
          request.setArg("seen", request.getArg("q"));
          request.setPath(request.getPath() + "/greeted");
          chain.filter(request, response);
        }
      }
      """;

  @TempDir Path folder;

  @Test
  void anSdkFilterRunsUnchanged() throws Exception {
    Path source = Files.writeString(folder.resolve("Greeter.java"), SOURCE);
    String classPath = System.getProperty("java.class.path");
    int result =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-proc:none", "-d", folder.toString(), "-classpath", classPath, source.toString());
    assertThat(result).isZero();
    Path jars = Files.createDirectory(folder.resolve("filters"));
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jars.resolve("greeter.jar")))) {
      out.putNextEntry(new JarEntry("thirdparty/Greeter.class"));
      out.write(Files.readAllBytes(folder.resolve("thirdparty/Greeter.class")));
    }
    try (FilterRegistry filters = FilterRegistry.builder().addJars(jars).build();
        TestRunner runner = TestRunner.at(TestRunner.newSocket(), filters);
        TestGateway gateway = runner.connect()) {
      long token = gateway.prepare("k", "greeter", "hello");
      byte[] call = Wire.call(1, token, "/v1", 2, Wire.LOCALHOST, new String[] {"q", "1"});
      assertThat(gateway.ask(call).question()).isEqualTo("Var:consumer_name");
      assertThat(gateway.ask(Wire.extra("alice")).question()).isEqualTo("Var:absent");
      assertThat(gateway.ask(Wire.extra((byte[]) null)).question()).isEqualTo("ReqBody");
      Wire.Reply reply = gateway.ask(Wire.extra("größe".getBytes(StandardCharsets.UTF_8)));
      assertThat(reply.rewrite().path()).isEqualTo("/v1/greeted");
      assertThat(reply.requestHeaders())
          .containsExactly("x-conf=hello", "x-consumer=alice", "x-absent=null", "x-body=größe");
      assertThat(reply.arguments()).containsExactly("seen=1");
    }
  }
}
