// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.context;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingRegistry;
import com.knuddels.jtokkit.api.EncodingType;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Counts the tokens of a text as one byte-pair encoding makes them. Thread-safe.
 *
 * <p>Takes time in proportion to the text, whatever the text: pair merging takes time in proportion to the square of a piece, so no piece may be
 * longer than {@link #MAX_PIECE_CHARS}. Pieces end where the encoding's own pre-tokenizer ends them; only a longer one is cut, which adds at
 * most a token.
 */
final class Tokenizer {
  static final int MAX_PIECE_CHARS = 128;

  /** After so many characters a count looks whether it should go on. */
  private static final int CHUNK_CHARS = 4096;

  private final Encoding encoding;

  private Tokenizer(Encoding encoding) {
    this.encoding = encoding;
  }

  /** The tokenizer of a vocabulary other than {@link Vocabulary#AUTO}; the first of each takes a second and some 30 MB of heap. */
  static Tokenizer load(Vocabulary vocabulary) {
    EncodingRegistry registry = Encodings.newLazyEncodingRegistry();
    return new Tokenizer(
        registry.getEncoding(
            switch (vocabulary) {
              case CL100K_BASE -> EncodingType.CL100K_BASE;
              case O200K_BASE, AUTO -> EncodingType.O200K_BASE;
            }));
  }

  /** What came of a count. Immutable. */
  record Counted(long tokens, int chars) {}

  /**
   * Counts from the text's beginning on.
   *
   * @param enough told the tokens so far, whether to stop there
   * @return the tokens, and how many characters they are of
   */
  Counted count(String raw, LongPredicate enough) {
    String text = wellFormed(raw);
    long tokens = 0;
    int from = 0;
    while (from < text.length() && !enough.test(tokens)) {
      int to = chunkEnd(text, from);
      tokens += countChunk(text, from, to);
      from = to;
    }
    return new Counted(tokens, from);
  }

  /** The text with half surrogate pairs, which are no characters and which encodings don't take, replaced as decoders replace them. */
  private static String wellFormed(String text) {
    @Nullable StringBuilder replaced = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!Character.isSurrogate(c)) {
        continue;
      }
      if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
        continue;
      }
      if (replaced == null) {
        replaced = new StringBuilder(text);
      }
      replaced.setCharAt(i, '\ufffd');
    }
    return replaced == null ? text : replaced.toString();
  }

  /** A place near {@link #CHUNK_CHARS} behind {@code from} where a piece ends, or where one is cut. */
  private static int chunkEnd(String text, int from) {
    int end = from + CHUNK_CHARS;
    if (end >= text.length()) {
      return text.length();
    }
    for (int i = end; i > end - MAX_PIECE_CHARS; i--) {
      if (endsPiece(text, i)) {
        return i;
      }
    }
    return Character.isLowSurrogate(text.charAt(end)) ? end - 1 : end;
  }

  private long countChunk(String text, int from, int to) {
    long tokens = 0;
    int start = from;
    int piece = from;
    for (int i = from + 1; i < to; i++) {
      if (endsPiece(text, i)) {
        piece = i;
      } else if (i - piece >= MAX_PIECE_CHARS && !Character.isLowSurrogate(text.charAt(i))) {
        tokens += encoding.countTokensOrdinary(text.substring(start, i));
        start = i;
        piece = i;
      }
    }
    return tokens + encoding.countTokensOrdinary(text.substring(start, to));
  }

  /**
   * Whether a piece is sure to end before the character at {@code i}: in every encoding a run of letters ends before what is neither letter, mark
   * nor apostrophe, and one of digits before what is no digit.
   */
  private static boolean endsPiece(String text, int i) {
    char before = text.charAt(i - 1);
    char next = text.charAt(i);
    if (before < 0x80 && next < 0x80) {
      boolean letter = isAsciiLetter(before);
      boolean digit = isAsciiDigit(before);
      return (letter && !isAsciiLetter(next) && next != '\'') || (digit && !isAsciiDigit(next));
    }
    if (Character.isSurrogate(before) || Character.isSurrogate(next)) {
      return false;
    }
    if (Character.isLetter(before)) {
      return !Character.isLetter(next) && next != '\'' && !isMark(next);
    }
    return isAsciiDigit(before) && !Character.isDigit(next) && !isMark(next);
  }

  private static boolean isAsciiLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private static boolean isAsciiDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isMark(char c) {
    int type = Character.getType(c);
    return type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK || type == Character.COMBINING_SPACING_MARK || type == Character.LETTER_NUMBER || type == Character.OTHER_NUMBER;
  }
}
