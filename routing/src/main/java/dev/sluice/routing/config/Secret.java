// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Map;
import java.util.Optional;

/**
 * A secret kept outside the configuration, in an environment variable or a file; it shows only on demand, never in {@code
 * toString}. Thread-safe.
 *
 * <p>The content of a file is held in memory, so {@link #reveal} never blocks; {@link #refresh} takes over a changed file.
 */
public final class Secret {
  private static final int MAX_CHARS = 8192;
  private static final int MAX_NAME_CHARS = 40;

  private final Optional<Path> file;
  private volatile String value;

  private Secret(Optional<Path> file, String value) {
    this.file = file;
    this.value = value;
  }

  /** The secret in a variable; empty if it is unset or not one line of printable text. */
  public static Optional<Secret> ofVariable(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name)).flatMap(Secret::usable).map(text -> new Secret(Optional.empty(), text));
  }

  /** A secret that came by another way, one line of printable text. */
  public static Secret of(String text) {
    return usable(text).map(value -> new Secret(Optional.empty(), value)).orElseThrow(() -> new IllegalArgumentException("secret: not one printable line (expected: one)"));
  }

  /** The secret in a file, white space at its ends removed; empty if it cannot be read or is not one line of printable text. */
  public static Optional<Secret> ofFile(Path file) {
    return content(file).map(text -> new Secret(Optional.of(file), text));
  }

  /** The secret itself; for the wire only. */
  public String reveal() {
    return value;
  }

  /** Reads the file again, if there is one; a file that has become unusable leaves the secret as it was. */
  public void refresh() {
    file.flatMap(Secret::content).ifPresent(text -> value = text);
  }

  /** True if a text that was put where a name belongs may be a secret, and so is not to be repeated. */
  public static boolean resembles(String text) {
    return text.length() > MAX_NAME_CHARS || text.startsWith("sk-");
  }

  private static Optional<String> content(Path file) {
    try {
      return Files.size(file) > MAX_CHARS ? Optional.empty() : usable(Files.readString(file, StandardCharsets.UTF_8));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> usable(String text) {
    String stripped = text.strip();
    boolean printable = stripped.chars().allMatch(c -> c >= ' ' && c < 0x7f);
    return printable && !stripped.isEmpty() && stripped.length() <= MAX_CHARS ? Optional.of(stripped) : Optional.empty();
  }

  /** The same file, or the same text out of no file: a configuration read again is then the same configuration. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Secret that
        && file.equals(that.file)
        && MessageDigest.isEqual(value.getBytes(StandardCharsets.UTF_8), that.value.getBytes(StandardCharsets.UTF_8));
  }

  /** Tells nothing about the secret. */
  @Override
  public int hashCode() {
    return file.hashCode();
  }

  @Override
  public String toString() {
    return "***";
  }
}
