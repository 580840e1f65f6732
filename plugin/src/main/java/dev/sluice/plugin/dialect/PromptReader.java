// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.dialect;

import dev.sluice.scheduler.TokenCost;
import java.util.Arrays;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads the shape of a prompt out of a request body, in one pass, without copying text. Thread-safe.
 *
 * <p>Reads what the provider will read or refuses: a body with two values for one key, in an encoding other than UTF-8, or with
 * something behind its end is refused, because no one can know which reading the provider takes.
 */
public final class PromptReader {
  private static final byte GZIP_0 = 0x1f;
  private static final byte GZIP_1 = (byte) 0x8b;

  private final ReadLimits limits;
  private final JsonFactory factory;

  public PromptReader(ReadLimits limits) {
    this.limits = limits;
    factory = BodyCursor.factory(limits.maxDepth());
  }

  /**
   * Reads a body. Takes time linear in its size, at most a few milliseconds for 100 KiB, and memory that does not grow with the
   * texts in it.
   *
   * @param dialect not {@link Dialect#OPAQUE}, whose bodies have no shape
   * @param body the body as it came; not changed
   */
  public ReadResult read(Dialect dialect, byte[] body) {
    if (dialect == Dialect.OPAQUE) {
      throw new IllegalArgumentException("dialect: OPAQUE (expected: one with a body that can be read)");
    }
    if (body.length == 0) {
      return malformed("The body is empty. Send a JSON object.");
    }
    if (body.length > 1 && body[0] == GZIP_0 && body[1] == GZIP_1) {
      return malformed("The body is compressed. Send it as plain JSON without content-encoding.");
    }
    if (!looksLikeUtf8(body)) {
      return malformed("The body is not plain UTF-8. Send JSON in UTF-8 without a byte order mark.");
    }
    try (BodyCursor cursor = new BodyCursor(factory, body, limits.maxKeys())) {
      TokenEstimator estimator = new TokenEstimator();
      ContentMeter meter = new ContentMeter(cursor, limits.mediaTokens(), estimator);
      PromptShape shape = new BodyReading(dialect, cursor, meter).read();
      return new ReadResult.Read(shape, Math.min(estimator.atMost() + meter.mediaTokens(), TokenCost.MAX_TOKENS));
    } catch (RefusedException e) {
      return e.refused();
    } catch (StreamConstraintsException e) {
      return malformed(
          "The body nests deeper than " + limits.maxDepth() + " levels, or has a key or number of excessive length. Simplify it.");
    } catch (JacksonException e) {
      // The parser's own message quotes the body.
      TokenStreamLocation at = e.getLocation();
      String where = at == null || at.getByteOffset() < 0 ? "" : " at byte " + at.getByteOffset();
      return malformed("The body is not valid JSON" + where + ". Check quotes, commas and brackets; NaN and comments are not JSON.");
    }
  }

  /** Counts the prompt tokens of a body that {@link #read} lets through, by {@code counter}'s rules. */
  public long count(Dialect dialect, byte[] body, TextCounter counter) {
    try (BodyCursor cursor = new BodyCursor(factory, body, limits.maxKeys())) {
      ContentMeter meter = new ContentMeter(cursor, limits.mediaTokens(), new CountedTexts(counter));
      return new BodyReading(dialect, cursor, meter).read().promptTokens();
    }
  }

  /** Counts the tokens that one message adds to a prompt: {@code body[from..to)} is its JSON. */
  public long countMessage(byte[] body, int from, int to, TextCounter counter) {
    try (BodyCursor cursor = new BodyCursor(factory, Arrays.copyOfRange(body, from, to), limits.maxKeys())) {
      ContentMeter meter = new ContentMeter(cursor, limits.mediaTokens(), new CountedTexts(counter));
      cursor.next();
      meter.addMessage();
      return meter.tokens();
    }
  }

  /** The conversation in a body that {@link #read} lets through; empty where the dialect has none. */
  public Conversation conversation(Dialect dialect, byte[] body) {
    try (BodyCursor cursor = new BodyCursor(factory, body, limits.maxKeys())) {
      return new ConversationReading(dialect, cursor).read();
    }
  }

  private static ReadResult malformed(String message) {
    return new ReadResult.Refused(ReadResult.Problem.MALFORMED, message, "");
  }

  /* A byte order mark or a NUL among the first bytes means UTF-8 with a mark, UTF-16 or UTF-32. */
  private static boolean looksLikeUtf8(byte[] body) {
    for (int i = 0; i < Math.min(4, body.length); i++) {
      int b = body[i] & 0xff;
      if (b == 0 || b == 0xef || b == 0xfe || b == 0xff) {
        return false;
      }
    }
    return true;
  }
}
