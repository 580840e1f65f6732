// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.dialect;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The top-level keys of a request body that are read; each may appear once. Immutable. */
enum BodyKey {
  MODEL,
  STREAM,
  STREAM_OPTIONS,
  MAX_TOKENS,
  MAX_COMPLETION_TOKENS,
  MAX_OUTPUT_TOKENS,
  MAX_TOKENS_TO_SAMPLE,
  N,
  BEST_OF,
  SERVICE_TIER,
  MESSAGES,
  PROMPT,
  INPUT,
  SYSTEM,
  INSTRUCTIONS,
  SUFFIX,
  TOOLS,
  FUNCTIONS,
  RESPONSE_FORMAT;

  private static final Map<String, BodyKey> BY_LABEL = byLabel();
  private static final int MAX_CHARS = 32;

  private final String label = name().toLowerCase(Locale.ROOT);

  /** The key as it stands in a body. */
  String label() {
    return label;
  }

  /** Whether its value is the most tokens that an answer may hold. */
  boolean limitsOutput() {
    return this == MAX_TOKENS || this == MAX_COMPLETION_TOKENS || this == MAX_OUTPUT_TOKENS || this == MAX_TOKENS_TO_SAMPLE;
  }

  /** The key of that name, null for one that is not read. */
  static @Nullable BodyKey of(String label) {
    return BY_LABEL.get(label);
  }

  /** The key of that name in any letter case, as Unicode folds it; null for one that is not read. */
  static @Nullable BodyKey ofAnyCase(String label) {
    if (label.length() > MAX_CHARS || label.chars().allMatch(c -> c < 0x80 && !Character.isUpperCase(c))) {
      return null;
    }
    for (BodyKey key : values()) {
      if (key.label.equalsIgnoreCase(label)) {
        return key;
      }
    }
    return null;
  }

  private static Map<String, BodyKey> byLabel() {
    Map<String, BodyKey> keys = new HashMap<>();
    for (BodyKey key : values()) {
      keys.put(key.label, key);
    }
    return Map.copyOf(keys);
  }
}
