// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Replaces a file's content so that readers, and a machine that loses power, see all of the old or all of the new. Immutable. */
public final class AtomicFile {
  /** Read and write for the owner alone. */
  public static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rw-------");

  private AtomicFile() {}

  /**
   * Writes a temporary file beside the target, forces it to disk and renames it over the target, through a symbolic link if the
   * target is one. An existing file keeps its mode.
   *
   * @param modeOfNew mode of the file if it did not exist
   */
  public static void write(Path file, String text, Set<PosixFilePermission> modeOfNew) throws IOException {
    Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
    Set<PosixFilePermission> mode = modeOfNew;
    try {
      mode = Files.getPosixFilePermissions(target);
    } catch (NoSuchFileException e) {
      Files.createDirectories(target.resolveSibling("."));
    }
    Path temporary =
        Files.createTempFile(
            target.resolveSibling("").toAbsolutePath(), "." + target.getFileName(), ".tmp", PosixFilePermissions.asFileAttribute(PRIVATE));
    try {
      try (var channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      Files.setPosixFilePermissions(temporary, mode);
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
    try (var folder = FileChannel.open(target.resolveSibling("").toAbsolutePath(), StandardOpenOption.READ)) {
      folder.force(true);
    }
  }
}
