// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.dialect;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Places of a body that are to be replaced; every other byte stays. Immutable, and as small as what is replaced: it can be kept where the body
 * is not.
 *
 * @param bodyBytes length of the body that it is for
 * @param splices in order, none touching another
 */
public record BodyEdit(int bodyBytes, List<Splice> splices) {
  /** The bytes {@code from} to {@code to}, the latter not included, become {@code replacement}. */
  public record Splice(int from, int to, String replacement) {
    public Splice {
      if (from < 0 || to < from) {
        throw new IllegalArgumentException("splice: " + from + ".." + to + " (expected: 0 <= from <= to)");
      }
    }
  }

  public BodyEdit {
    splices = List.copyOf(splices);
    int end = 0;
    for (Splice splice : splices) {
      if (splice.from() < end || splice.to() > bodyBytes) {
        throw new IllegalArgumentException("splices: not in order within " + bodyBytes + " bytes (expected: ascending, apart)");
      }
      end = splice.to();
    }
  }

  /** An edit that changes nothing of a body. */
  public static BodyEdit none(byte[] body) {
    return new BodyEdit(body.length, List.of());
  }

  /** This edit and others of the same body, in any order. */
  public BodyEdit with(List<Splice> more) {
    List<Splice> all = new ArrayList<>(splices);
    all.addAll(more);
    all.sort(Comparator.comparingInt(Splice::from));
    return new BodyEdit(bodyBytes, all);
  }

  /** Whether the body stays as it is. */
  public boolean isEmpty() {
    return splices.isEmpty();
  }

  /**
   * The body with its replacements.
   *
   * @throws IllegalArgumentException if it has another length than the one this edit is for
   */
  public byte[] apply(byte[] body) {
    if (body.length != bodyBytes) {
      throw new IllegalArgumentException("body: " + body.length + " bytes (expected: " + bodyBytes + ")");
    }
    ByteArrayOutputStream edited = new ByteArrayOutputStream(body.length + 128);
    int from = 0;
    for (Splice splice : splices) {
      edited.write(body, from, splice.from() - from);
      edited.writeBytes(splice.replacement().getBytes(StandardCharsets.UTF_8));
      from = splice.to();
    }
    edited.write(body, from, body.length - from);
    return edited.toByteArray();
  }
}
