// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.rule;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.Locale;
import java.util.Optional;

/**
 * Which API keys a rule is about, by the id that the store knows them under. Immutable.
 *
 * <p>Regular expressions run on RE2/J, whose time is linear in the id's length whatever the expression; they match anywhere in
 * the id unless they say {@code ^} and {@code $}. Case counts.
 */
public final class KeyPattern {
  /** The longest text of a pattern. */
  public static final int MAX_CHARS = 256;

  /** The most steps of a compiled expression, since time also grows with them: short texts such as {@code (a{99}){9}} have many. */
  private static final int MAX_PROGRAM = 2_000;

  private final Kind kind;
  private final String text;
  private final Optional<Pattern> expression;

  private KeyPattern(Kind kind, String text, Optional<Pattern> expression) {
    this.kind = kind;
    this.text = text;
    this.expression = expression;
  }

  /** How a pattern's text is meant. */
  public enum Kind {
    EXACT,
    PREFIX,
    SUFFIX,
    CONTAINS,
    REGEX;

    /** The kind of this lower-case name; nothing else stands for it. */
    public static Optional<Kind> named(String name) {
      for (Kind kind : values()) {
        if (kind.label().equals(name)) {
          return Optional.of(kind);
        }
      }
      return Optional.empty();
    }

    /** The name as it is written. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A pattern fit for use.
   *
   * @param text 1 to {@value #MAX_CHARS} visible ASCII characters
   * @throws IllegalArgumentException saying why it is not
   */
  public static KeyPattern of(Kind kind, String text) {
    if (text.isEmpty() || text.length() > MAX_CHARS || text.chars().anyMatch(c -> c < '!' || c > '~')) {
      throw new IllegalArgumentException("match_key: " + text.length() + " characters (expected: 1 to " + MAX_CHARS + " visible ASCII characters)");
    }
    return new KeyPattern(kind, text, kind == Kind.REGEX ? Optional.of(compile(text)) : Optional.empty());
  }

  private static Pattern compile(String text) {
    Pattern pattern;
    try {
      pattern = Pattern.compile(text);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException("match_key: " + e.getDescription() + " (expected: a regular expression of RE2, without look-around and back references)", e);
    }
    if (pattern.programSize() > MAX_PROGRAM) {
      throw new IllegalArgumentException("match_key: a program of " + pattern.programSize() + " steps (expected: <= " + MAX_PROGRAM + "; repeat less)");
    }
    return pattern;
  }

  /** How the text is meant. */
  public Kind kind() {
    return kind;
  }

  public String text() {
    return text;
  }

  /** Whether this pattern is about the key of this id. */
  public boolean matches(String keyId) {
    return switch (kind) {
      case EXACT -> keyId.equals(text);
      case PREFIX -> keyId.startsWith(text);
      case SUFFIX -> keyId.endsWith(text);
      case CONTAINS -> keyId.contains(text);
      case REGEX -> expression.orElseThrow().matcher(keyId).find();
    };
  }

  /** Equal if kind and text are; what an expression was compiled into has no say. */
  @Override
  public boolean equals(Object other) {
    return other instanceof KeyPattern pattern && pattern.kind == kind && pattern.text.equals(text);
  }

  @Override
  public int hashCode() {
    return 31 * kind.hashCode() + text.hashCode();
  }

  @Override
  public String toString() {
    return kind.label() + " " + text;
  }
}
