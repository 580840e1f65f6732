// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

import static dev.sluice.routing.config.Kinds.text;

import dev.sluice.routing.config.Kind;
import java.net.InetSocketAddress;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Kinds of values that only a process has: addresses, file modes, class names. Immutable. */
final class MoreKinds {
  private static final Pattern MODE = Pattern.compile("0?[0-7]{3}");
  private static final Pattern PERCENT = Pattern.compile("[0-9]{1,3}%?");
  private static final Pattern RATIO = Pattern.compile("0?\\.[0-9]{1,3}");
  private static final Pattern ADDRESS =
      Pattern.compile("(?:\\[([0-9a-fA-F:.]{2,45})]|([A-Za-z0-9]([A-Za-z0-9.-]{0,252})?)):([0-9]{1,5})");

  /** From the lowest bit up: execute, write, read; others, group, owner. */
  private static final List<PosixFilePermission> BITS =
      List.of(
          PosixFilePermission.OTHERS_EXECUTE,
          PosixFilePermission.OTHERS_WRITE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.GROUP_EXECUTE,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.OWNER_EXECUTE,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_READ);

  private MoreKinds() {}

  /** A number above 0 and below 1, such as {@code 0.7}. */
  static Kind<Double> ratio() {
    return new Kind.Single<>(
        "a number above 0 and below 1, such as 0.7",
        Map.of("type", "number", "exclusiveMinimum", 0, "exclusiveMaximum", 1),
        text -> RATIO.matcher(text).matches() ? Optional.of(Double.valueOf(text)).filter(value -> value > 0) : Optional.empty(),
        value -> Double.toString(value));
  }

  /** Percent, with or without the sign, or {@code off}, which reads as empty. */
  static Kind<Optional<Integer>> percentOrOff(int min, int max) {
    return new Kind.Single<>(
        "off, or a percentage from " + min + "% to " + max + "%",
        Map.of("type", List.of("integer", "string"), "pattern", "^off$|^[0-9]{1,3}%?$", "minimum", min, "maximum", max),
        text -> {
          if (text.equals("off")) {
            return Optional.of(Optional.empty());
          }
          boolean percent = PERCENT.matcher(text).matches();
          Optional<Integer> value = percent ? Optional.of(Integer.valueOf(text.replace("%", ""))).filter(v -> v >= min && v <= max) : Optional.empty();
          return value.isPresent() ? Optional.of(value) : Optional.empty();
        },
        value -> value.map(percent -> percent + "%").orElse("off"));
  }

  /** A file mode in octal. */
  static Kind<Set<PosixFilePermission>> fileMode() {
    return new Kind.Single<>(
        "a file mode in octal, such as 0660",
        Map.of("type", List.of("integer", "string"), "pattern", "^0?[0-7]{3}$"),
        text -> MODE.matcher(text).matches() ? Optional.of(mode(Integer.parseInt(text, 8))) : Optional.empty(),
        value -> "%04o".formatted(bits(value)));
  }

  private static Set<PosixFilePermission> mode(int bits) {
    var mode = EnumSet.noneOf(PosixFilePermission.class);
    for (int i = 0; i < BITS.size(); i++) {
      if ((bits >> i & 1) == 1) {
        mode.add(BITS.get(i));
      }
    }
    return Set.copyOf(mode);
  }

  private static int bits(Set<PosixFilePermission> mode) {
    int bits = 0;
    for (PosixFilePermission permission : mode) {
      bits |= 1 << BITS.indexOf(permission);
    }
    return bits;
  }

  /** An address to listen on, {@code host:port} or {@code [v6]:port}; not resolved here. Port 0 lets the system choose. */
  static Kind<InetSocketAddress> address() {
    return new Kind.Single<>(
        "an address such as 127.0.0.1:9092 or [::1]:9092",
        Map.of("type", "string", "pattern", "^.+:[0-9]{1,5}$"),
        MoreKinds::parseAddress,
        value -> {
          String host = value.getHostString();
          return "'" + (host.contains(":") ? "[" + host + "]" : host) + ":" + value.getPort() + "'";
        });
  }

  private static Optional<InetSocketAddress> parseAddress(String text) {
    Matcher parts = ADDRESS.matcher(text);
    if (!parts.matches() || Integer.parseInt(parts.group(4)) > 65_535) {
      return Optional.empty();
    }
    String host = parts.group(1) != null ? parts.group(1) : parts.group(2);
    return Optional.of(InetSocketAddress.createUnresolved(host, Integer.parseInt(parts.group(4))));
  }

  /** The full name of a Java class. */
  static Kind<String> className() {
    return text("the full name of a Java class", "[A-Za-z_$][\\w$]*(\\.[A-Za-z_$][\\w$]*)*", 512);
  }
}
