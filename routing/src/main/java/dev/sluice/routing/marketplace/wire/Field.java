// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace.wire;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Every field that may ever be sent to the marketplace, and what its values look like. What is not here cannot leave. Values of {@link #MODEL}
 * and {@link #REGIONS} must also be among those that the operator configured.
 */
enum Field {
  /** A random number made for the request. */
  REQUEST_ID("[0-9a-f]{32}"),
  /** The marketplace's own name of a quote. */
  QUOTE_ID(Field.ECHO),
  /** The marketplace's own name of a supply. */
  SUPPLY_ID(Field.ECHO),
  /** A configured name. */
  MODEL("[!-~]{1,256}"),
  /** Configured names. */
  REGIONS("[A-Za-z0-9._-]{1,64}(,[A-Za-z0-9._-]{1,64}){0,63}"),
  /** A pseudonym. */
  ACCOUNT("[0-9a-f]{32}"),
  /** Money a million tokens. */
  MAX_INPUT_PRICE(Field.DECIMAL),
  /** Money a million tokens. */
  MAX_OUTPUT_PRICE(Field.DECIMAL),
  /** 0..1. */
  MIN_AVAILABILITY(Field.DECIMAL),
  /** Tokens, rounded up to hundreds. */
  ESTIMATED_INPUT_TOKENS(Field.COUNT),
  /** Tokens, rounded up to hundreds. */
  ESTIMATED_OUTPUT_TOKENS(Field.COUNT),
  /** Seconds. */
  EXPECTED_SECONDS(Field.COUNT),
  /** Tokens. */
  INPUT_TOKENS(Field.COUNT),
  /** Tokens. */
  OUTPUT_TOKENS(Field.COUNT),
  /** Milliseconds. */
  DURATION_MS(Field.COUNT),
  /** A closed set. */
  STATUS("ok|error|timeout|aborted|unknown"),
  /** Whether tokens were counted by the supplier or estimated here. */
  MEASURE("reported|estimated"),
  /** Money. */
  CHARGE(Field.DECIMAL),
  /** An instant in whole seconds. */
  ENDED_AT("20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z");

  private static final String ECHO = "[A-Za-z0-9._:-]{1,128}";
  private static final String DECIMAL = "[0-9]{1,12}(\\.[0-9]{1,12})?";
  private static final String COUNT = "[0-9]{1,12}";

  private final Pattern form;

  Field(String regex) {
    this.form = Pattern.compile(regex);
  }

  /** Its name on the wire. */
  String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  boolean allows(String value) {
    return form.matcher(value).matches();
  }

  /** Whether an identifier of the marketplace may be echoed; others are not taken in. */
  static boolean echoes(String id) {
    return SUPPLY_ID.allows(id);
  }
}
