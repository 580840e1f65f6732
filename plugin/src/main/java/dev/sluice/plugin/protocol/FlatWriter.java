// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.List;

/**
 * A writer of one FlatBuffers payload, front to back, into a buffer that the caller owns. Not thread-safe; confined to one
 * encoding.
 *
 * <p>FlatBuffers offsets point forward, so a parent is written first with room for its offsets and each child patches its
 * own in. Every present field takes four bytes, whatever its type, which keeps all of it aligned. The root offset comes
 * first.
 */
final class FlatWriter {
  private static final int CELL_BYTES = 4;

  private final ByteBuf out;
  private final int start;

  FlatWriter(ByteBuf out) {
    this.out = out;
    this.start = out.writerIndex();
    out.writeIntLE(0);
  }

  /** Where the offset of the root table goes. */
  int root() {
    return start;
  }

  /**
   * Writes a table with zeroed fields and patches its offset in.
   *
   * @param offsetAt where the offset goes
   * @param present the slots that the table has, as a bit set
   * @param slots the slots that the schema has
   * @return the table
   */
  Table table(int offsetAt, int present, int slots) {
    align();
    int vtable = out.writerIndex();
    int fields = Integer.bitCount(present);
    out.writeShortLE(4 + 2 * slots);
    out.writeShortLE(CELL_BYTES + CELL_BYTES * fields);
    int cell = CELL_BYTES;
    for (int slot = 0; slot < slots; slot++) {
      boolean has = (present & (1 << slot)) != 0;
      out.writeShortLE(has ? cell : 0);
      cell += has ? CELL_BYTES : 0;
    }
    align();
    int table = out.writerIndex();
    out.writeIntLE(table - vtable);
    out.writeZero(CELL_BYTES * fields);
    out.setIntLE(offsetAt, table - offsetAt);
    return new Table(table, present);
  }

  void u32(int at, long value) {
    out.setIntLE(at, (int) value);
  }

  void text(int offsetAt, String value) {
    link(offsetAt);
    int lengthAt = out.writerIndex();
    out.writeIntLE(0);
    int bytes = ByteBufUtil.writeUtf8(out, value);
    out.setIntLE(lengthAt, bytes);
    out.writeByte(0);
  }

  void bytes(int offsetAt, Bytes value) {
    link(offsetAt);
    out.writeIntLE(value.length());
    out.writeBytes(value.array());
  }

  /** Name-value entries; one without a value is written without the field. */
  void entries(int offsetAt, List<Field> fields) {
    link(offsetAt);
    out.writeIntLE(fields.size());
    int offsets = out.writerIndex();
    out.writeZero(4 * fields.size());
    for (int i = 0; i < fields.size(); i++) {
      String name = fields.get(i).name();
      String value = fields.get(i).value();
      Table entry = table(offsets + 4 * i, value == null ? 0b01 : 0b11, 2);
      text(entry.at(0), name);
      if (value != null) {
        text(entry.at(1), value);
      }
    }
  }

  private void link(int offsetAt) {
    align();
    out.setIntLE(offsetAt, out.writerIndex() - offsetAt);
  }

  private void align() {
    out.writeZero(-(out.writerIndex() - start) & 3);
  }

  /** A table in the making: where its fields are. */
  record Table(int position, int present) {
    int at(int slot) {
      return position + CELL_BYTES + CELL_BYTES * Integer.bitCount(present & ((1 << slot) - 1));
    }
  }
}
