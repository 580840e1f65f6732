// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.dialect;

/** What counts the texts of a body that become prompt tokens. Not thread-safe; confined to one reading. */
interface TextSink {
  /** Adds {@code utf8[from..to)} to the current text. */
  void addText(byte[] utf8, int from, int to);

  /**
   * Adds the JSON string whose content starts at {@code from}, resolving its escapes.
   *
   * @param from index of the byte behind the opening quote
   * @return index of the closing quote, or {@code json.length} when there is none
   */
  int addJsonString(byte[] json, int from);

  /** Adds tokens whose number is known without looking at text. */
  void addTokens(long tokens);

  /** Ends the current text: what comes next doesn't continue its last word. */
  void endText();

  /** Passes over a text of so many bytes that is taken for a medium. */
  void skipText(int bytes);

  /** Whether a text that is a data URL is taken for the medium it holds, as some providers do, and not for text, as the others. */
  boolean takesDataUrls();

  /** Tokens so far, rounded up. */
  long tokens();
}
