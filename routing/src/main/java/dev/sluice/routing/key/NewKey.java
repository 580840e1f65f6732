// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.key;

import dev.sluice.routing.config.ConfigException;
import dev.sluice.routing.config.Key;
import dev.sluice.routing.config.Kind;
import dev.sluice.routing.config.Place;
import dev.sluice.routing.config.Problems;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a new entry of a key file is to say, as text that is still to be checked. Immutable.
 *
 * @param id empty to have one made of the account's name
 * @param more traits and terms by the name of their key, each one of {@link #MORE}
 * @param models empty for all
 */
public record NewKey(
    Optional<String> id,
    String account,
    Map<String, String> more,
    List<String> models,
    Optional<String> expires,
    Optional<String> description) {
  /** What else a key may be given, in the order in which it is written. */
  public static final List<String> MORE = KeyFileReader.MORE.stream().<String>map(Key::name).toList();

  public NewKey {
    models = List.copyOf(models);
    more.keySet().stream()
        .filter(name -> !MORE.contains(name))
        .findFirst()
        .ifPresent(
            name -> {
              throw new IllegalArgumentException("more: " + name + " (expected: one of " + MORE + ")");
            });
    more = Map.copyOf(more);
  }

  /** The entries of {@link #more} in the order of {@link #MORE}. */
  Map<String, String> ordered() {
    Map<String, String> ordered = new LinkedHashMap<>();
    MORE.stream().filter(more::containsKey).forEach(name -> ordered.put(name, more.getOrDefault(name, "")));
    return ordered;
  }

  /**
   * Returns if every text is good for a key file.
   *
   * @param prefix what names are called by in problems, such as the dashes of a flag
   */
  public void check(String prefix) throws ConfigException {
    var problems = new Problems();
    id.ifPresent(text -> check(prefix, KeyFileReader.ID, text, problems));
    check(prefix, KeyFileReader.ACCOUNT, account, problems);
    for (Key<?> key : KeyFileReader.MORE) {
      String text = more.get(key.name());
      if (text != null) {
        // A flag's name has dashes.
        String name = prefix.equals("--") ? key.name().replace('_', '-') : key.name();
        read(name, prefix, key.kind(), text, problems);
      }
    }
    check(prefix, KeyFileReader.MODELS, String.join(",", models), problems);
    expires.ifPresent(text -> read("expires", prefix, KeyFileReader.EXPIRES_AT.kind(), text, problems));
    description.ifPresent(text -> check(prefix, KeyFileReader.DESCRIPTION, text, problems));
    problems.throwIfAny();
  }

  private static void check(String prefix, Key<?> key, String text, Problems problems) {
    read(key.name(), prefix, key.kind(), text, problems);
  }

  private static void read(String name, String prefix, Kind<?> kind, String text, Problems problems) {
    var place = new Place(prefix + name, 0);
    boolean good = kind.read(kind.fromText(text, place), new Kind.Source("", false, problems)).isPresent();
    assert good || !problems.none() : "a refused value is a problem";
  }
}
