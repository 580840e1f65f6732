// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import dev.sluice.routing.Entitlement;
import dev.sluice.routing.KeyStatus;
import dev.sluice.routing.Terms;
import dev.sluice.routing.Traits;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Entitlements in bytes, for the shared cache and the snapshot. Thread-safe.
 *
 * <p>The first byte is the form's version. Strings are in the modified UTF-8 of {@link DataOutputStream}, each optional value behind a byte
 * that is 1 if it is there. Reading is strict: bytes that are too few, too many or out of range are no entitlement.
 */
public final class EntitlementCodec {
  private static final int VERSION = 1;
  private static final int MAX_NAMES = 4096;

  private EntitlementCodec() {}

  /** The bytes of an entitlement. */
  public static byte[] encode(Entitlement entitlement) {
    var bytes = new ByteArrayOutputStream(160);
    try (var out = new DataOutputStream(bytes)) {
      out.writeByte(VERSION);
      out.writeUTF(entitlement.keyId());
      out.writeUTF(entitlement.account());
      out.writeByte(code(entitlement.status()));
      write(out, entitlement.traits());
      write(out, entitlement.terms());
      write(out, entitlement.models());
      write(out, entitlement.providers());
      out.writeBoolean(entitlement.expiresAt().isPresent());
      if (entitlement.expiresAt().isPresent()) {
        write(out, entitlement.expiresAt().get());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot fail, only a name of 64 KiB", e);
    }
    return bytes.toByteArray();
  }

  private static void write(DataOutputStream out, Instant instant) throws IOException {
    out.writeLong(instant.getEpochSecond());
    out.writeInt(instant.getNano());
  }

  private static int code(KeyStatus status) {
    return switch (status) {
      case ACTIVE -> 'a';
      case REVOKED -> 'r';
      case SUSPENDED -> 's';
    };
  }

  private static KeyStatus status(int code) throws IOException {
    return switch (code) {
      case 'a' -> KeyStatus.ACTIVE;
      case 'r' -> KeyStatus.REVOKED;
      case 's' -> KeyStatus.SUSPENDED;
      default -> throw new IOException("no status");
    };
  }

  private static void write(DataOutputStream out, Traits traits) throws IOException {
    write(out, traits.organisation());
    write(out, traits.team());
    write(out, traits.environment());
    write(out, traits.tier());
    write(out, traits.accountType());
    write(out, traits.workloadTag());
  }

  private static void write(DataOutputStream out, Terms terms) throws IOException {
    write(out, terms.level());
    out.writeBoolean(terms.weight().isPresent());
    if (terms.weight().isPresent()) {
      out.writeDouble(terms.weight().getAsDouble());
    }
    write(out, terms.tokensPerSecond());
    write(out, terms.requestsPerSecond());
    write(out, terms.maxDepth());
    write(out, terms.maxWait().map(wait -> OptionalLong.of(wait.toNanos())).orElse(OptionalLong.empty()));
    write(out, terms.quotaMultiplier().map(BigDecimal::toString));
  }

  private static void write(DataOutputStream out, OptionalInt value) throws IOException {
    write(out, value.isPresent() ? OptionalLong.of(value.getAsInt()) : OptionalLong.empty());
  }

  private static void write(DataOutputStream out, OptionalLong value) throws IOException {
    out.writeBoolean(value.isPresent());
    if (value.isPresent()) {
      out.writeLong(value.getAsLong());
    }
  }

  private static void write(DataOutputStream out, Optional<String> text) throws IOException {
    out.writeBoolean(text.isPresent());
    if (text.isPresent()) {
      out.writeUTF(text.get());
    }
  }

  private static void write(DataOutputStream out, Set<String> names) throws IOException {
    out.writeShort(names.size());
    for (String name : names) {
      out.writeUTF(name);
    }
  }

  /** The entitlement in bytes; empty if they are something else. */
  public static Optional<Entitlement> decode(byte[] bytes, int offset, int length) {
    try (var in = new DataInputStream(new ByteArrayInputStream(bytes, offset, length))) {
      if (in.readUnsignedByte() != VERSION) {
        return Optional.empty();
      }
      String keyId = in.readUTF();
      String account = in.readUTF();
      KeyStatus status = status(in.readUnsignedByte());
      Traits traits = new Traits(text(in), text(in), text(in), text(in), text(in), text(in));
      var entitlement = new Entitlement(keyId, account, traits, terms(in), names(in), names(in), expiry(in), status);
      return in.read() < 0 ? Optional.of(entitlement) : Optional.empty();
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  /** The status alone of an entitlement that {@link #encode} wrote, at {@code at} in {@code bytes}. */
  static KeyStatus status(ByteBuffer bytes, int at) {
    int account = at + 1 + Short.BYTES + Short.toUnsignedInt(bytes.getShort(at + 1));
    try {
      return status(bytes.get(account + Short.BYTES + Short.toUnsignedInt(bytes.getShort(account))));
    } catch (IOException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private static Terms terms(DataInputStream in) throws IOException {
    return new Terms(
        whole(in),
        flag(in) ? OptionalDouble.of(in.readDouble()) : OptionalDouble.empty(),
        flag(in) ? OptionalLong.of(in.readLong()) : OptionalLong.empty(),
        whole(in),
        whole(in),
        flag(in) ? Optional.of(Duration.ofNanos(in.readLong())) : Optional.empty(),
        text(in).map(BigDecimal::new));
  }

  private static OptionalInt whole(DataInputStream in) throws IOException {
    return flag(in) ? OptionalInt.of(Math.toIntExact(in.readLong())) : OptionalInt.empty();
  }

  private static Optional<String> text(DataInputStream in) throws IOException {
    return flag(in) ? Optional.of(in.readUTF()) : Optional.empty();
  }

  private static Set<String> names(DataInputStream in) throws IOException {
    int count = in.readUnsignedShort();
    if (count > MAX_NAMES) {
      throw new IOException("too many names");
    }
    var names = new HashSet<String>();
    for (int i = 0; i < count; i++) {
      names.add(in.readUTF());
    }
    return names;
  }

  private static Optional<Instant> expiry(DataInputStream in) throws IOException {
    return flag(in) ? Optional.of(Instant.ofEpochSecond(in.readLong(), in.readInt())) : Optional.empty();
  }

  private static boolean flag(DataInputStream in) throws IOException {
    int value = in.readUnsignedByte();
    if (value > 1) {
      throw new IOException("no flag");
    }
    return value == 1;
  }
}
