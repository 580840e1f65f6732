// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.protocol;

/**
 * A byte string that is handed over: neither side changes the array after it was wrapped. Immutable by that agreement.
 *
 * <p>It keeps arrays out of records, whose equality and text would otherwise be those of the array object.
 */
public final class Bytes {
  private static final Bytes EMPTY = new Bytes(new byte[0]);

  private final byte[] array;

  private Bytes(byte[] array) {
    this.array = array;
  }

  /** Wraps the array without copying it. */
  public static Bytes of(byte[] array) {
    return array.length == 0 ? EMPTY : new Bytes(array);
  }

  /** No bytes. */
  public static Bytes empty() {
    return EMPTY;
  }

  /** The array itself, not to be changed. */
  public byte[] array() {
    return array;
  }

  /** The number of bytes. */
  public int length() {
    return array.length;
  }

  /** The length alone: contents may be secret. */
  @Override
  public String toString() {
    return array.length + " bytes";
  }
}
