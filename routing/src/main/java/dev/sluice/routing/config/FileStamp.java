// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.TimeUnit;

/**
 * What changes when a file does: its content's time, size and inode, seen through symbolic links, so that rewriting in place,
 * renaming over it and swapping a link all show. Immutable.
 *
 * @param modifiedMicros time of last modification, in microseconds since the epoch; 0 if there is no such file
 * @param bytes size; 0 if there is no such file
 * @param identity the file's inode and device as text; empty if there is no such file
 */
public record FileStamp(long modifiedMicros, long bytes, String identity) {
  private static final FileStamp ABSENT = new FileStamp(0, 0, "");

  /** The present stamp of {@code file}; a file that cannot be looked at counts as absent. */
  public static FileStamp of(Path file) {
    try {
      var attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return new FileStamp(
          attributes.lastModifiedTime().to(TimeUnit.MICROSECONDS), attributes.size(), String.valueOf(attributes.fileKey()));
    } catch (IOException e) {
      return ABSENT;
    }
  }
}
