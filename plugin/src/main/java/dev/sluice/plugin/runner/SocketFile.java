// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.runner;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of a unix socket: bound under a temporary name beside the final one, given its mode and group there, and then
 * renamed over the final one. So nobody finds the socket before its permissions are right, a predecessor's file is replaced
 * without a moment in which there is none, and a server channel that deletes what it bound finds nothing to delete.
 *
 * <p>A runner that ends takes the file away only if it is still its own, by device and inode: a successor may have renamed its
 * socket over it. The inode can't have been reused, because the socket bound to it is still open then. Not thread-safe;
 * confined to the server's lock.
 */
final class SocketFile {
  private static final Logger log = LoggerFactory.getLogger(SocketFile.class);

  /** Linux holds a path of 107 bytes and a terminator. */
  private static final int MAX_PATH_BYTES = 107;

  private final Path path;
  private final Path temporary;
  private @Nullable Object ours;

  /** @param nonce tells this process's temporary name from others' */
  SocketFile(Path path, int nonce) {
    this.path = path.toAbsolutePath();
    this.temporary = this.path.resolveSibling("." + Integer.toUnsignedString(nonce, Character.MAX_RADIX));
  }

  /** Where to bind. */
  Path temporary() {
    return temporary;
  }

  /** Refuses what can't be bound, or what is no socket and would be replaced. */
  void check() throws IOException {
    if (!Files.isDirectory(path.resolveSibling("."))) {
      throw new IOException("socket: " + path + " (expected: a path in a folder that exists)");
    }
    for (Path name : new Path[] {path, temporary}) {
      if (name.toString().getBytes(StandardCharsets.UTF_8).length > MAX_PATH_BYTES) {
        throw new IOException("socket: " + name + " (expected: at most " + MAX_PATH_BYTES + " bytes)");
      }
    }
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && !attributes(path).isOther()) {
      throw new IOException("socket: " + path + " (expected: no file there, or a socket)");
    }
  }

  /** Gives the bound file its permissions and its name. */
  void publish(RunnerOptions options) throws IOException {
    try {
      Files.setPosixFilePermissions(temporary, options.mode());
      if (options.group().isPresent()) {
        GroupPrincipal group =
            temporary.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(options.group().get());
        Files.getFileAttributeView(temporary, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS).setGroup(group);
      }
      ours = attributes(temporary).fileKey();
      Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      Files.deleteIfExists(temporary);
      throw e;
    }
  }

  /** Takes the file away if it is ours; the socket must still be open. */
  void withdraw() {
    Object key = ours;
    if (key == null) {
      return;
    }
    ours = null;
    try {
      if (key.equals(attributes(path).fileKey())) {
        Files.delete(path);
      } else {
        log.info("event=socket_left reason=\"a successor's\" path={}", path);
      }
    } catch (NoSuchFileException e) {
      log.info("event=socket_left reason=gone path={}", path);
    } catch (IOException e) {
      log.warn("event=socket_left path={}", path, e);
    }
  }

  private static BasicFileAttributes attributes(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }
}
