// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.dialect;

import dev.sluice.plugin.dialect.BodyEdit.Splice;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JsonToken;
import tools.jackson.core.io.JsonStringEncoder;
import tools.jackson.core.json.JsonFactory;

/**
 * Changes single values of a JSON body and leaves every other byte as the caller wrote it. Thread-safe.
 *
 * <p>Takes only bodies that {@link PromptReader} has read.
 */
public final class BodyRewriter {
  private static final String INCLUDE_USAGE = "\"include_usage\":true";
  private static final String USAGE_OPTIONS = "{" + INCLUDE_USAGE + "}";
  private static final String STREAM_OPTIONS = "\"stream_options\":" + USAGE_OPTIONS + ",";

  private final ReadLimits limits;
  private final JsonFactory factory;

  /** A rewriter for the bodies that a reader with the same limits lets through. */
  public BodyRewriter(ReadLimits limits) {
    this.limits = limits;
    factory = BodyCursor.factory(limits.maxDepth());
  }

  /** The body with another {@code model}. */
  public byte[] withModel(byte[] body, String model) {
    return edit(body, model, false);
  }

  /** The body with {@code stream_options.include_usage} set. */
  public byte[] withUsageRequested(byte[] body) {
    return edit(body, "", true);
  }

  /** The body with another {@code model} and {@code stream_options.include_usage} set. */
  public byte[] withModelAndUsageRequested(byte[] body, String model) {
    return edit(body, model, true);
  }

  /** The places of the body whose limit on the output is beyond {@code mostTokens}, to be set to it. */
  public List<Splice> withOutputLimit(byte[] body, long mostTokens) {
    List<Splice> splices = new ArrayList<>(1);
    try (BodyCursor cursor = new BodyCursor(factory, body, limits.maxKeys())) {
      cursor.next();
      while (cursor.nextKey()) {
        BodyKey key = BodyKey.of(cursor.key());
        boolean limit = key != null && key.limitsOutput();
        if (cursor.next() == JsonToken.VALUE_NUMBER_INT && limit && Long.parseLong(cursor.text()) > mostTokens) {
          int to = cursor.offset();
          splices.add(new Splice(to - cursor.length(), to, Long.toString(mostTokens)));
        }
        cursor.skip();
      }
    }
    return splices;
  }

  private byte[] edit(byte[] body, String model, boolean requestUsage) {
    List<Splice> splices = new ArrayList<>(2);
    try (BodyCursor cursor = new BodyCursor(factory, body, limits.maxKeys())) {
      cursor.next();
      int start = cursor.offset();
      boolean hasOptions = false;
      while (cursor.nextKey()) {
        String key = cursor.key();
        JsonToken value = cursor.next();
        if (key.equals("model") && !model.isEmpty()) {
          int from = cursor.offset();
          splices.add(new Splice(from, cursor.closingQuote(from), quoted(model)));
        } else if (key.equals("stream_options") && requestUsage) {
          hasOptions = true;
          splices.add(usageSplice(cursor, value));
        } else {
          cursor.skip();
        }
      }
      if (requestUsage && !hasOptions) {
        // A body that was read has a model, so the object is not empty and the comma is right.
        splices.addFirst(new Splice(start, start, STREAM_OPTIONS));
      }
    }
    return new BodyEdit(body.length, splices).apply(body);
  }

  private static Splice usageSplice(BodyCursor cursor, JsonToken value) {
    int end = cursor.offset();
    if (value != JsonToken.START_OBJECT) {
      return new Splice(end - "null".length(), end, USAGE_OPTIONS);
    }
    boolean empty = true;
    Splice splice = new Splice(end, end, INCLUDE_USAGE);
    while (cursor.nextKey()) {
      boolean isUsage = cursor.key().equals("include_usage");
      cursor.next();
      if (isUsage) {
        int to = cursor.offset();
        splice = new Splice(to - cursor.length(), to, "true");
      } else {
        cursor.skip();
      }
      empty &= isUsage;
    }
    boolean inserted = splice.from() == splice.to();
    return inserted && !empty ? new Splice(end, end, INCLUDE_USAGE + ",") : splice;
  }

  private static String quoted(String text) {
    return new String(JsonStringEncoder.getInstance().quoteAsCharArray(text));
  }
}
