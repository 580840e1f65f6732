// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.config;

import java.math.BigDecimal;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** The kinds of single values that configuration files hold. Immutable. */
public final class Kinds {
  private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._:@/+-]*";

  private Kinds() {}

  /** A whole number, {@code min} to {@code max}. */
  public static Kind<Integer> whole(int min, int max) {
    return number(min, max, Math::toIntExact, Integer::toUnsignedString);
  }

  /** A whole number of 64 bits, {@code min} to {@code max}. */
  public static Kind<Long> wholeLong(long min, long max) {
    return number(min, max, value -> value, value -> Long.toString(value));
  }

  private static <T> Kind<T> number(long min, long max, Function<Long, T> narrow, Function<T, String> show) {
    return new Kind.Single<>(
        "a whole number from " + min + " to " + max,
        Map.of("type", "integer", "minimum", min, "maximum", max),
        text -> Quantity.whole(text).filter(value -> value >= min && value <= max).map(narrow),
        show);
  }

  /** A decimal number, {@code min} to {@code max}, with at most 6 digits behind the point. */
  public static Kind<BigDecimal> decimal(String min, String max) {
    var least = new BigDecimal(min);
    var most = new BigDecimal(max);
    return new Kind.Single<>(
        "a number from " + min + " to " + max,
        Map.of("type", "number", "minimum", least, "maximum", most),
        text ->
            text.matches("[0-9]{1,12}(\\.[0-9]{1,6})?")
                ? Optional.of(new BigDecimal(text)).filter(value -> value.compareTo(least) >= 0 && value.compareTo(most) <= 0)
                : Optional.empty(),
        BigDecimal::toPlainString);
  }

  /** Percent, with or without the sign. */
  public static Kind<Integer> percent(int min, int max) {
    return new Kind.Single<>(
        "a percentage from " + min + "% to " + max + "%",
        Map.of("type", List.of("integer", "string"), "pattern", "^[0-9]{1,3}%?$", "minimum", min, "maximum", max),
        text ->
            Quantity.whole(text.endsWith("%") ? text.substring(0, text.length() - 1) : text)
                .filter(value -> value >= min && value <= max)
                .map(Math::toIntExact),
        value -> value + "%");
  }

  /** A length of time such as {@code 250ms}, {@code 5s}, {@code 2m}, {@code 1h}; the unit is never left out. */
  public static Kind<Duration> duration(Duration min, Duration max) {
    return new Kind.Single<>(
        "a duration from " + Quantity.show(min) + " to " + Quantity.show(max) + ", such as 5s or 250ms",
        Map.of("type", "string", "pattern", Quantity.DURATION),
        text -> Quantity.duration(text).filter(value -> value.compareTo(min) >= 0 && value.compareTo(max) <= 0),
        Quantity::show);
  }

  /** A length of time, or {@code off}, which reads as empty. */
  public static Kind<Optional<Duration>> durationOrOff(Duration min, Duration max) {
    Kind<Duration> on = duration(min, max);
    return new Kind.Single<>(
        "off, or " + on.expected(),
        Map.of("type", "string", "pattern", "^off$|" + Quantity.DURATION),
        text -> {
          Optional<Duration> value = Quantity.duration(text).filter(d -> d.compareTo(min) >= 0 && d.compareTo(max) <= 0);
          return value.isPresent() || text.equals("off") ? Optional.of(value) : Optional.empty();
        },
        value -> value.map(Quantity::show).orElse("off"));
  }

  /** An amount of memory in bytes: a number with {@code B}, {@code KiB}, {@code MiB}, {@code GiB}, or without unit for bytes. */
  public static Kind<Long> bytes(long min, long max) {
    return new Kind.Single<>(
        "a size from " + Quantity.showBytes(min) + " to " + Quantity.showBytes(max) + ", such as 16MiB",
        Map.of("type", List.of("integer", "string"), "pattern", Quantity.BYTES),
        text -> Quantity.bytes(text).filter(value -> value >= min && value <= max),
        Quantity::showBytes);
  }

  /** An amount a second: {@code 12000/s} or {@code 12000}. */
  public static Kind<Long> perSecond(long max) {
    return new Kind.Single<>(
        "a rate from 1/s to " + max + "/s, such as 12000/s",
        Map.of("type", List.of("integer", "string"), "pattern", "^[0-9]+(/s)?$", "minimum", 1, "maximum", max),
        text ->
            Quantity.whole(text.endsWith("/s") ? text.substring(0, text.length() - 2) : text)
                .filter(value -> value >= 1 && value <= max),
        value -> value + "/s");
  }

  /** {@code true} or {@code false}. */
  public static Kind<Boolean> flag() {
    return choice(Map.of("true", true, "false", false), List.of("true", "false"), Map.of("type", "boolean"), "");
  }

  /** One of an enum's values, written in lower case. */
  public static <E extends Enum<E>> Kind<E> choice(Class<E> type) {
    return choice(type, Map.of(), "");
  }

  /**
   * One of an enum's values, written in lower case.
   *
   * @param synonyms further spellings
   * @param note added to the expectation, such as what is deliberately missing
   */
  public static <E extends Enum<E>> Kind<E> choice(Class<E> type, Map<String, E> synonyms, String note) {
    var values = new LinkedHashMap<String, E>();
    for (E value : type.getEnumConstants()) {
      values.put(value.name().toLowerCase(Locale.ROOT), value);
    }
    var listed = List.copyOf(values.keySet());
    values.putAll(synonyms);
    return choice(values, listed, Map.of("type", "string", "enum", values.keySet().stream().sorted().toList()), note);
  }

  private static <T> Kind<T> choice(Map<String, T> values, List<String> listed, Map<String, Object> schema, String note) {
    return new Kind.Single<>(
        String.join(" or ", listed) + note,
        schema,
        text -> Optional.ofNullable(values.get(text)),
        value -> listed.stream().filter(text -> value.equals(values.get(text))).findFirst().orElse(""));
  }

  /** A name people give things: letters, digits and {@code . _ : @ / + -}, so that it is safe in headers, logs and labels. */
  public static Kind<String> name(int maxChars) {
    return text("a name of letters, digits and ._:@/+-, at most " + maxChars, NAME, maxChars);
  }

  /** A model's name, or with {@code patterns} a prefix followed by {@code *}, or {@code *} alone. */
  public static Kind<String> model(boolean patterns) {
    String name = "[!-)+-~]+";
    return patterns
        ? text("a model's name, or a prefix followed by *", name + "\\*?|\\*", 256)
        : text("a model's name, or * for any other model", name + "|\\*", 256);
  }

  /** Text that matches a regular expression as a whole. */
  public static Kind<String> text(String expected, String regex, int maxChars) {
    Predicate<String> matches = Pattern.compile(regex).asMatchPredicate();
    return new Kind.Single<>(
        expected,
        Map.of("type", "string", "pattern", "^(" + regex + ")$", "maxLength", maxChars),
        value -> value.length() <= maxChars && matches.test(value) ? Optional.of(value) : Optional.empty(),
        Kinds::quoted);
  }

  /** One line of visible text. */
  public static Kind<String> line(int maxChars) {
    return text("one line of text, at most " + maxChars + " characters", "[^\\p{Cntrl}]*", maxChars);
  }

  /** The name of an environment variable. */
  public static Kind<String> variable() {
    return text("the name of an environment variable", "[A-Za-z_][A-Za-z0-9_]*", 128);
  }

  /** The name of an HTTP header; read in lower case. */
  public static Kind<String> header() {
    Kind<String> any = text("the name of an HTTP header", "[A-Za-z0-9!#$%&'*+.^_`|~-]+", 128);
    return any instanceof Kind.Single<String> single
        ? new Kind.Single<>(
            single.expected(),
            single.schema(),
            text -> single.parse().apply(text).map(name -> name.toLowerCase(Locale.ROOT)),
            single.shown())
        : any;
  }

  /** The value of an HTTP header. */
  public static Kind<String> headerValue() {
    return text("one line of printable ASCII, at most 1024", "[ -~]*", 1024);
  }

  /** A path in the file system. */
  public static Kind<Path> path() {
    return new Kind.Single<>(
        "a path",
        Map.of("type", "string", "minLength", 1),
        text -> {
          try {
            return text.isBlank() ? Optional.empty() : Optional.of(Path.of(text));
          } catch (InvalidPathException e) {
            return Optional.empty();
          }
        },
        value -> quoted(value.toString()));
  }

  /** An instant with its offset, such as {@code 2027-01-31T12:00:00Z}. */
  public static Kind<Instant> instant() {
    return new Kind.Single<>(
        "an instant such as 2027-01-31T12:00:00Z",
        Map.of("type", "string", "format", "date-time"),
        text -> {
          try {
            return Optional.of(OffsetDateTime.parse(text).toInstant());
          } catch (DateTimeException e) {
            return Optional.empty();
          }
        },
        Instant::toString);
  }

  /** A list of at most {@code maxItems}. */
  public static <E> Kind<List<E>> list(Kind<E> element, int maxItems) {
    return new Kind.Listed<>(element, maxItems);
  }

  /** A map of at most {@code maxItems} from names of one kind to values of another. */
  public static <E> Kind<Map<String, E>> map(Kind<String> name, Kind<E> element, int maxItems) {
    return new Kind.Mapped<>(name, element, maxItems);
  }

  /** Text as a YAML scalar that reads back as itself. */
  static String quoted(String text) {
    boolean plain = text.matches("[A-Za-z0-9/_][A-Za-z0-9._:@/+-]*") && !text.endsWith(":") && !text.matches("(?i)null|true|false");
    return plain ? text : "'" + text.replace("'", "''") + "'";
  }
}
