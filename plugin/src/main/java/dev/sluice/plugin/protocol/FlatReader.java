// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.protocol;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A reader of one FlatBuffers payload that believes nothing it reads. Not thread-safe; confined to one decoding.
 *
 * <p>Positions are byte indexes into the payload. A table's field is found through its vtable; position 0 stands for an
 * absent field, since the root offset lives there. Text is copied out against an allowance in proportion to the payload, so
 * that a small payload whose entries all point at one long string can't grow into a large one.
 */
final class FlatReader {
  private static final int MAX_ENTRIES = 16_384;
  private static final int ALLOWANCE_FACTOR = 2;

  private final ByteBuf payload;
  private final int start;
  private final int length;
  private long textAllowance;

  FlatReader(ByteBuf payload) {
    this.payload = payload;
    this.start = payload.readerIndex();
    this.length = payload.readableBytes();
    this.textAllowance = (long) length * ALLOWANCE_FACTOR;
  }

  /** The position of the root table. */
  int root() throws MalformedException {
    return target(0);
  }

  /** The position of a table's field, 0 if it has none. */
  int field(int table, int slot) throws MalformedException {
    long vtable = (long) table - i32(table);
    check(vtable >= 0 && vtable + 4 <= length, "vtable outside of the payload");
    int at = (int) vtable;
    int vtableBytes = u16(at);
    check(vtableBytes >= 4 && at + vtableBytes <= length, "vtable longer than the payload");
    int entry = 4 + 2 * slot;
    if (entry + 2 > vtableBytes) {
      return 0;
    }
    int offset = u16(at + entry);
    return offset == 0 ? 0 : table + offset;
  }

  long u32Field(int table, int slot) throws MalformedException {
    int at = field(table, slot);
    return at == 0 ? 0 : u32(at);
  }

  int u16Field(int table, int slot) throws MalformedException {
    int at = field(table, slot);
    return at == 0 ? 0 : u16(at);
  }

  int u8Field(int table, int slot) throws MalformedException {
    int at = field(table, slot);
    if (at == 0) {
      return 0;
    }
    check(at < length, "value outside of the payload");
    return payload.getUnsignedByte(start + at);
  }

  /** The text of a field, the empty string if it is absent. */
  String textField(int table, int slot) throws MalformedException {
    int at = field(table, slot);
    if (at == 0) {
      return "";
    }
    int vector = target(at);
    int bytes = vectorLength(vector, 1);
    textAllowance -= bytes;
    check(textAllowance >= 0, "text repeated beyond the payload");
    return payload.toString(start + vector + 4, bytes, StandardCharsets.UTF_8);
  }

  /** A copy of a byte vector that {@link #field} found. */
  byte[] bytes(int at) throws MalformedException {
    int vector = target(at);
    byte[] copy = new byte[vectorLength(vector, 1)];
    payload.getBytes(start + vector + 4, copy);
    return copy;
  }

  /** The name-value entries of a field, in order; empty if it is absent. */
  List<Field> entriesField(int table, int slot) throws MalformedException {
    int at = field(table, slot);
    if (at == 0) {
      return List.of();
    }
    int vector = target(at);
    int count = vectorLength(vector, 4);
    check(count <= MAX_ENTRIES, "too many entries");
    List<Field> entries = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int entry = target(vector + 4 + 4 * i);
      entries.add(new Field(textField(entry, 0), textField(entry, 1)));
    }
    return entries;
  }

  private int vectorLength(int vector, int elementBytes) throws MalformedException {
    long count = u32(vector);
    check(vector + 4 + count * elementBytes <= length, "vector longer than the payload");
    return (int) count;
  }

  private int target(int at) throws MalformedException {
    long target = at + u32(at);
    check(target > at && target + 4 <= length, "offset outside of the payload");
    return (int) target;
  }

  private long u32(int at) throws MalformedException {
    return Integer.toUnsignedLong(i32(at));
  }

  private int i32(int at) throws MalformedException {
    check(at >= 0 && at + 4L <= length, "value outside of the payload");
    return payload.getIntLE(start + at);
  }

  private int u16(int at) throws MalformedException {
    check(at >= 0 && at + 2L <= length, "value outside of the payload");
    return payload.getUnsignedShortLE(start + at);
  }

  private static void check(boolean holds, String reason) throws MalformedException {
    if (!holds) {
      throw new MalformedException(reason);
    }
  }
}
