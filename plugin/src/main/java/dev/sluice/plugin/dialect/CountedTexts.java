// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.dialect;

import java.nio.charset.StandardCharsets;

/** Hands whole decoded texts to a counter. Not thread-safe; confined to one reading. */
final class CountedTexts implements TextSink {
  private static final int UNIT_DIGITS = 4;

  private final TextCounter counter;
  private long tokens;

  CountedTexts(TextCounter counter) {
    this.counter = counter;
  }

  @Override
  public void addText(byte[] utf8, int from, int to) {
    tokens += counter.tokens(new String(utf8, from, to - from, StandardCharsets.UTF_8));
  }

  @Override
  public int addJsonString(byte[] json, int from) {
    int to = from;
    boolean escaped = false;
    while (to < json.length && json[to] != '"') {
      escaped |= json[to] == '\\';
      to += json[to] == '\\' ? 2 : 1;
    }
    int end = Math.min(to, json.length);
    String text = new String(json, from, end - from, StandardCharsets.UTF_8);
    tokens += counter.tokens(escaped ? unescaped(text) : text);
    return end;
  }

  private static String unescaped(String json) {
    StringBuilder text = new StringBuilder(json.length());
    int i = 0;
    while (i < json.length()) {
      char c = json.charAt(i++);
      if (c != '\\' || i == json.length()) {
        text.append(c);
        continue;
      }
      char escape = json.charAt(i++);
      switch (escape) {
        case 'n' -> text.append('\n');
        case 'r' -> text.append('\r');
        case 't' -> text.append('\t');
        case 'b' -> text.append('\b');
        case 'f' -> text.append('\f');
        case 'u' -> {
          int end = Math.min(json.length(), i + UNIT_DIGITS);
          text.append((char) Integer.parseInt(json, i, end, 16));
          i = end;
        }
        default -> text.append(escape);
      }
    }
    return text.toString();
  }

  @Override
  public void addTokens(long more) {
    tokens += more;
  }

  @Override
  public void endText() {
    // Each string is a text of its own here.
  }

  @Override
  public void skipText(int bytes) {
    // Nothing is passed over: takesDataUrls says so.
  }

  @Override
  public boolean takesDataUrls() {
    return false;
  }

  @Override
  public long tokens() {
    return tokens;
  }
}
