// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.routing.servers.PostgresServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseCommandsTest {
  private static PostgresServer server;

  @TempDir private Path folder;

  @BeforeAll
  static void start() throws Exception {
    server = PostgresServer.database();
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @Test
  void keysLiveInTheDatabaseThatIsNamed() throws Exception {
    assertThat(run("database", "migrate").out).contains("steps taken");
    assertThat(run("database", "migrate").out).contains("up to date");
    try (var connection = DriverManager.getConnection(server.jdbcUrl()); var statement = connection.createStatement()) {
      statement.execute("INSERT INTO accounts (id) VALUES ('acme')");
    }
    Files.writeString(folder.resolve("pepper"), "ab".repeat(32));
    Files.setPosixFilePermissions(folder.resolve("pepper"), PosixFilePermissions.fromString("rw-------"));

    Result made = keys("create", "--account", "acme", "--id", "k", "--level", "1", "--models", "a,b");
    assertThat(made.code).as(made.err).isZero();
    String secret = made.out.lines().findFirst().orElseThrow();
    assertThat(secret).startsWith("sk-sluice-");
    assertThat(keys("list").out).contains("k ", "acme").doesNotContain(secret);
    Result rotated = keys("rotate", "k", "--overlap", "1h");
    assertThat(rotated.out).as(rotated.err).contains("sk-sluice-");
    assertThat(keys("rotate", "k").err).contains("replaced already");
    assertThat(keys("revoke", "k").code).isZero();
    assertThat(keys("revoke", "nobody").code).isEqualTo(1);
    assertThat(keys("create", "--account", "nobody").err).contains("account: refers to nothing");
    assertThat(keys("rotate", "k", "--overlap", "soon").code).isEqualTo(2);
    assertThat(folder.resolve("keys.yaml")).doesNotExist();
  }

  @Test
  void aDatabaseThatIsNotThereIsToldSo() {
    Result result = result(List.of("database", "migrate", "--database", "jdbc:postgresql://127.0.0.1:1/secretname"));

    assertThat(result.code).isEqualTo(1);
    assertThat(result.err).contains("cannot be reached").doesNotContain("secretname");
    assertThat(result(List.of("database", "migrate")).code).isEqualTo(2);
    assertThat(result(List.of("database", "migrate", "--database", "mysql://x")).code).isEqualTo(2);
  }

  private Result keys(String... words) {
    var all = new ArrayList<>(List.of("keys"));
    all.addAll(List.of(words));
    all.addAll(List.of("--pepper", folder.resolve("pepper").toString(), "--file", folder.resolve("keys.yaml").toString()));
    return run(all.toArray(String[]::new));
  }

  private static Result run(String... words) {
    var all = new ArrayList<>(List.of(words));
    all.addAll(List.of("--database", server.jdbcUrl()));
    return result(all);
  }

  private static Result result(List<String> words) {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    var surface =
        new Surface(
            new ByteArrayInputStream(new byte[0]),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Map.of());
    int code = Commands.run(words, surface);
    return new Result(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private record Result(int code, String out, String err) {}
}
