// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.protocol;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** The recorded conversations of a real gateway. */
public final class Captures {
  private static final Path FOLDER = Path.of("../t/src/test/resources/captures");

  private Captures() {}

  /** One frame that the gateway sent. */
  public record Sent(int type, byte[] payload) {
    public byte[] frame() {
      return Wire.frame(type, payload);
    }
  }

  /** One scenario. */
  public record Capture(String name, List<Sent> sent) {
    /** Everything the gateway sent, in one stream. */
    public byte[] stream() {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      sent.forEach(frame -> all.writeBytes(frame.frame()));
      return all.toByteArray();
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** All of them, by name. */
  public static List<Capture> all() {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.filter(file -> file.toString().endsWith(".rpc")).sorted().map(Captures::read).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static Capture named(String name) {
    return read(FOLDER.resolve(name));
  }

  private static Capture read(Path file) {
    try {
      List<Sent> sent = new ArrayList<>();
      for (String line : Files.readAllLines(file)) {
        String[] parts = line.split(" ");
        if (parts[0].equals("gateway")) {
          byte[] payload = parts.length < 3 ? new byte[0] : HexFormat.of().parseHex(parts[2]);
          sent.add(new Sent(Integer.parseInt(parts[1]), payload));
        }
      }
      return new Capture(file.getFileName().toString(), sent);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
