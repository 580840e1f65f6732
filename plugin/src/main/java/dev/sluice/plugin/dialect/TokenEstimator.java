// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.dialect;

/**
 * Estimates how many LLM tokens a text is, in one pass over its UTF-8 bytes, and knows a number that the text does not exceed.
 *
 * <p>Text may come in chunks cut anywhere, also inside a character; {@link #endText} separates texts that don't touch. The
 * estimate never exceeds the number of bytes, as no byte-pair encoding does. Not thread-safe; confined to one request.
 */
public final class TokenEstimator implements TextSink {
  /*
   * A linear model. What it counts is what an encoding's pre-tokenizer splits at: runs of letters (a space or one punctuation mark
   * before a word belongs to the word), changes from lower to upper case inside a run, groups of three digits, runs of newlines, runs of
   * two or more spaces, punctuation by pairs, ideographs; and inside words how rare each pair of letters is. Weights and their origin
   * are in TokenWeights.
   *
   * The upper bound goes by what the encodings' vocabularies hold: nearly every pair of letters is a token, and no two neighbours stay
   * apart that could be one token, so letters come to at most three tokens for four; a digit, a mark or a byte of another script is one
   * token at most.
   */
  private static final int MOST_LETTER = 750;
  private static final int MOST_PIECE = 500;
  private static final int MOST_CAPITAL = 1000;
  private static final int MOST_COMMON_IDEOGRAPH = 1700;
  private static final int TOKEN = 1000;

  private static final byte LETTER = 0;
  private static final byte DIGIT = 1;
  private static final byte SPACE = 2;
  private static final byte NEWLINE = 3;
  private static final byte PUNCTUATION = 4;
  private static final byte IDEOGRAPH = 5;
  private static final byte OTHER = 6;
  private static final byte NONE = 7;
  private static final byte[] CLASS_OF = classes();

  private static final int LONG_RUN = 24;
  private static final int NO_LETTER = -1;

  private long millis;
  private long mostMillis;
  private long bytes;
  private byte previous = NONE;
  private int run;
  private int previousLetter = NO_LETTER;
  private boolean previousCapital;
  private int previousMark;
  private int partial;
  private int missing;

  @Override
  public void addText(byte[] utf8, int from, int to) {
    for (int i = from; i < to; i++) {
      add(utf8[i]);
    }
    bytes += to - from;
  }

  @Override
  public int addJsonString(byte[] json, int from) {
    int i = from;
    while (i < json.length) {
      byte b = json[i];
      if (b == '"') {
        break;
      }
      if (b == '\\') {
        i = addEscape(json, i + 1);
      } else {
        add(b);
        i++;
      }
    }
    bytes += i - from;
    return i;
  }

  @Override
  public void addTokens(long tokens) {
    millis += tokens * TOKEN;
    mostMillis += tokens * TOKEN;
    bytes += tokens;
  }

  /* Who is asked may take it for text all the same. */
  @Override
  public void skipText(int textBytes) {
    mostMillis += (long) textBytes * TOKEN;
  }

  @Override
  public void endText() {
    previous = NONE;
    run = 0;
    missing = 0;
  }

  @Override
  public boolean takesDataUrls() {
    return true;
  }

  @Override
  public long tokens() {
    return Math.min(bytes, (millis + TOKEN - 1) / TOKEN);
  }

  /** A number of tokens that the texts so far don't exceed in the encodings that are known; about twice {@link #tokens} for prose. */
  public long atMost() {
    return (mostMillis + TOKEN - 1) / TOKEN;
  }

  private int addEscape(byte[] json, int at) {
    if (at >= json.length) {
      return json.length;
    }
    switch (json[at]) {
      case 'n', 'r' -> addAscii('\n');
      case 't', 'b', 'f' -> addAscii('\t');
      case 'u' -> {
        addUnit(json, at + 1);
        return Math.min(json.length, at + 5);
      }
      default -> addAscii(json[at] & 0x7f);
    }
    return at + 1;
  }

  private void addUnit(byte[] json, int at) {
    int unit = 0;
    for (int i = at; i < Math.min(json.length, at + 4); i++) {
      unit = (unit << 4) | (Character.digit(json[i], 16) & 0xf);
    }
    if (unit < 0x80) {
      addAscii(unit);
    } else if (Character.isHighSurrogate((char) unit)) {
      addWide(0x10000);
    } else if (!Character.isLowSurrogate((char) unit)) {
      addWide(unit);
    }
  }

  private void add(byte b) {
    if (b >= 0) {
      missing = 0;
      addAscii(b);
    } else if ((b & 0xc0) == 0x80) {
      if (missing > 0) {
        partial = (partial << 6) | (b & 0x3f);
        missing--;
        if (missing == 0) {
          addWide(partial);
        }
      } else {
        addSingle(OTHER, TokenWeights.OTHER_OF_TWO_BYTES, TOKEN);
      }
    } else {
      lead(b & 0xff);
    }
  }

  private void lead(int b) {
    if (b >= 0xf0) {
      partial = b & 0x07;
      missing = 3;
    } else if (b >= 0xe0) {
      partial = b & 0x0f;
      missing = 2;
    } else {
      partial = b & 0x1f;
      missing = 1;
    }
  }

  private void addAscii(int c) {
    byte kind = CLASS_OF[c];
    if (previous == SPACE && kind != LETTER && kind != SPACE) {
      mostMillis += TOKEN;
    }
    switch (kind) {
      case LETTER -> addLetter(c);
      case DIGIT -> {
        extend(kind);
        mostMillis += TOKEN;
        if (run % 3 == 1) {
          millis += TokenWeights.THREE_DIGITS;
        }
      }
      case SPACE -> {
        extend(kind);
        if (run == 2 || (run & 15) == 0) {
          mostMillis += TOKEN;
          millis += run == 2 || (run & 63) == 0 ? TokenWeights.SPACES : 0;
        }
      }
      case NEWLINE -> {
        boolean behindMark = previous == PUNCTUATION;
        extend(kind);
        mostMillis += TOKEN;
        if (run == 1) {
          millis += behindMark ? TokenWeights.NEWLINES_AFTER_PUNCTUATION : TokenWeights.NEWLINES;
        } else if ((run & 15) == 0) {
          millis += TokenWeights.NEWLINES;
        }
      }
      default -> addMark(c);
    }
  }

  private void addMark(int c) {
    mostMillis += TOKEN;
    if (previous == PUNCTUATION) {
      run++;
      millis += c == previousMark ? TokenWeights.SAME_PUNCTUATION : TokenWeights.OTHER_PUNCTUATION;
    } else {
      run = 1;
      millis += previous == SPACE ? TokenWeights.PUNCTUATION_AFTER_SPACE : TokenWeights.PUNCTUATION;
      previous = PUNCTUATION;
    }
    previousMark = c;
  }

  private void addLetter(int c) {
    boolean capital = c <= 'Z';
    int letter = (c | 0x20) - 'a';
    mostMillis += capital ? MOST_CAPITAL : MOST_LETTER;
    if (previous != LETTER) {
      millis += wordStart() + TokenWeights.pair(TokenWeights.FIRST, letter);
      mostMillis += MOST_PIECE;
      previous = LETTER;
      run = 1;
    } else if (capital && !previousCapital && previousLetter != NO_LETTER) {
      millis += TokenWeights.HUMP;
      mostMillis += MOST_PIECE;
      run = 1;
    } else {
      run++;
      millis += capital ? TokenWeights.FURTHER_CAPITAL : 0;
      millis += previousLetter == NO_LETTER ? 0 : TokenWeights.pair(previousLetter, letter);
      millis += run > LONG_RUN ? TokenWeights.LONG_RUN_LETTER : 0;
    }
    previousLetter = letter;
    previousCapital = capital;
  }

  private int wordStart() {
    if (previous == SPACE || previous == NONE) {
      return TokenWeights.WORD_AFTER_SPACE;
    }
    return previous == PUNCTUATION && run == 1 ? TokenWeights.WORD_AFTER_PUNCTUATION : TokenWeights.WORD_ELSEWHERE;
  }

  /** Adds a character beyond ASCII. */
  private void addWide(int c) {
    if (previous == SPACE) {
      mostMillis += TOKEN;
    }
    if (c >= 0xc0 && c < 0x180) {
      millis += TokenWeights.ACCENTED;
      mostMillis += 2 * TOKEN;
      run = previous == LETTER ? run + 1 : 1;
      previous = LETTER;
      previousLetter = NO_LETTER;
      previousCapital = false;
    } else if (c < 0x800) {
      addSingle(OTHER, TokenWeights.OTHER_OF_TWO_BYTES, 2 * TOKEN);
    } else if (c >= 0x3400 && c < 0xa000) {
      boolean common = TokenWeights.isCommon(c);
      int cost = (common ? TokenWeights.COMMON_IDEOGRAPH : TokenWeights.IDEOGRAPH) + (previous == IDEOGRAPH ? 0 : TokenWeights.IDEOGRAPHS);
      addSingle(IDEOGRAPH, cost, common ? MOST_COMMON_IDEOGRAPH : 3 * TOKEN);
    } else if (c >= 0x10000) {
      addSingle(OTHER, TokenWeights.PICTOGRAPH, 4 * TOKEN);
    } else {
      addSingle(OTHER, costOfThreeBytes(c), 3 * TOKEN);
    }
  }

  private static int costOfThreeBytes(int c) {
    if ((c >= 0x3000 && c < 0x3040) || c >= 0xff00) {
      return TokenWeights.WIDE_PUNCTUATION;
    }
    boolean syllable = (c >= 0x3040 && c < 0x3400) || (c >= 0xac00 && c < 0xd7a4);
    return syllable ? TokenWeights.SYLLABLE : TokenWeights.OTHER_OF_THREE_BYTES;
  }

  private void extend(byte kind) {
    run = previous == kind ? run + 1 : 1;
    previous = kind;
  }

  private void addSingle(byte kind, int cost, int most) {
    millis += cost;
    mostMillis += most;
    previous = kind;
    run = 0;
  }

  private static byte[] classes() {
    byte[] classes = new byte[128];
    for (int c = 0; c < 128; c++) {
      if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
        classes[c] = LETTER;
      } else if (c >= '0' && c <= '9') {
        classes[c] = DIGIT;
      } else if (c == '\n' || c == '\r') {
        classes[c] = NEWLINE;
      } else {
        classes[c] = c == ' ' || c == '\t' ? SPACE : PUNCTUATION;
      }
    }
    return classes;
  }
}
