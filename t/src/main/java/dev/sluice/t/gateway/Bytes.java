// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.gateway;

/** A body. Immutable as long as nobody writes to the array it wraps, and nobody here does. */
final class Bytes {
  static final Bytes NONE = new Bytes(new byte[0]);

  private final byte[] array;

  private Bytes(byte[] array) {
    this.array = array;
  }

  static Bytes wrap(byte[] array) {
    return array.length == 0 ? NONE : new Bytes(array);
  }

  int length() {
    return array.length;
  }

  byte[] array() {
    return array;
  }

  @Override
  public String toString() {
    return array.length + " bytes";
  }
}
