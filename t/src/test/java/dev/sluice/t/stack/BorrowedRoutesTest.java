// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BorrowedRoutesTest {
  private static final String THEIRS = "routes: []\n#END\n";
  private static final String OURS = "upstreams: []\nroutes: []\n#END\n";

  @TempDir
  private Path folder;

  private Path file;

  @BeforeEach
  void write() throws IOException {
    file = Files.writeString(folder.resolve("apisix.yaml"), THEIRS);
  }

  private long modifiedSecond() throws IOException {
    return Files.getLastModifiedTime(file).toInstant().getEpochSecond();
  }

  private Object inode() throws IOException {
    return Objects.requireNonNull(Files.getAttribute(file, "unix:ino"));
  }

  @Test
  void theFileIsReplacedInPlaceAndPutBack() throws IOException {
    Object before = inode();
    try (BorrowedRoutes routes = BorrowedRoutes.replace(file, OURS)) {
      assertThat(routes).isNotNull();
      assertThat(file).hasContent(OURS);
    }
    assertThat(file).hasContent(THEIRS);
    assertThat(inode()).as("a container that mounts the file sees the same one").isEqualTo(before);
  }

  @Test
  void eachWritingIsOneThatTheGatewayNotices() throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(60)));
    long first = modifiedSecond();
    BorrowedRoutes routes = BorrowedRoutes.replace(file, OURS);
    long second = modifiedSecond();
    routes.close();
    assertThat(second).isGreaterThan(first);
    assertThat(modifiedSecond()).isGreaterThan(second);
  }

  @Test
  void aFileThatWasNotThereGoes() throws IOException {
    Files.delete(file);
    BorrowedRoutes routes = BorrowedRoutes.replace(file, OURS);
    assertThat(file).hasContent(OURS);
    routes.close();
    assertThat(file).doesNotExist();
  }
}
