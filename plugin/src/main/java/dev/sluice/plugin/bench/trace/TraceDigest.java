// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.trace;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 of traces, by which figures can be told to be of the same one. Immutable. */
public final class TraceDigest {
  private TraceDigest() {}

  /** Of the requests as they are replayed: a line each with nanoseconds, tenant, lane, tokens in and out, and the limit. */
  public static String of(Trace trace) {
    MessageDigest digest = digest();
    for (TraceRequest request : trace.requests()) {
      String line = request.arrivalNanos() + "," + request.tenant() + "," + request.lane() + "," + request.inputTokens() + "," + request.outputTokens() + ","
          + request.maxOutputTokens() + "\n";
      digest.update(line.getBytes(StandardCharsets.UTF_8));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Of a file's bytes. */
  public static String sha256(byte[] bytes) {
    return HexFormat.of().formatHex(digest().digest(bytes));
  }

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
