// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.key;

import dev.sluice.routing.Entitlement;
import dev.sluice.routing.KeyFingerprint;
import dev.sluice.routing.KeyStatus;
import dev.sluice.routing.Traits;
import dev.sluice.routing.config.Key;
import dev.sluice.routing.config.Kind;
import dev.sluice.routing.config.Kinds;
import dev.sluice.routing.config.Problems;
import dev.sluice.routing.config.Section;
import dev.sluice.routing.config.SectionReader;
import dev.sluice.routing.config.Values;
import dev.sluice.routing.config.YamlReader;
import dev.sluice.routing.rule.MatchKeys;
import dev.sluice.routing.rule.TermKeys;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Reads the text of a key file, whole or not at all. Immutable. */
public final class KeyFileReader {
  static final Key<String> ID = Key.required("id", Kinds.name(64), "Name of the key; no secret.");
  private static final Key<String> PREFIX =
      Key.optional("prefix", Kinds.text("the first characters of the key", "[!-~]{1,20}", 20), "none", "For people.").masked();
  private static final Key<KeyFingerprint> HASH =
      Key.required(
              "hash",
              new Kind.Single<>(
                  "hmac-sha256: and 64 hexadecimal digits, as `sluice keys hash` prints",
                  Map.of("type", "string", "pattern", "^hmac-sha256:[0-9a-fA-F]{64}$"),
                  KeyFingerprint::parse,
                  KeyFingerprint::text),
              "The key's fingerprint.")
          .masked();
  static final Key<String> ACCOUNT = Key.required("account", Kinds.name(128), "Who pays.");
  static final Key<String> ORGANISATION = trait("organisation", "The organisation that the account belongs to.");
  static final Key<String> TEAM = trait("team", "A part of the organisation.");
  static final Key<String> ENVIRONMENT = trait("environment", "Such as production.");
  static final Key<String> TIER = trait("tier", "Such as internal, premium, external or spot.");
  static final Key<String> ACCOUNT_TYPE = trait("account_type", "Such as internal or external.");
  static final Key<String> WORKLOAD_TAG = trait("workload_tag", "Such as batch.");
  static final Key<List<String>> MODELS = Key.of("models", Kinds.list(Kinds.model(true), 256), "", "Allowed models.");
  private static final Key<List<String>> PROVIDERS = Key.of("providers", Kinds.list(Kinds.name(128), 64), "", "Allowed providers; `region:` and a region stands for all in it.");
  static final Key<Instant> EXPIRES_AT = Key.optional("expires_at", Kinds.instant(), "never", "End of validity.");
  private static final Key<KeyStatus> STATUS = Key.of("status", Kinds.choice(KeyStatus.class), "active", "May it be used.");
  static final Key<String> DESCRIPTION = Key.optional("description", Kinds.line(256), "none", "For people.");

  /** Traits and terms. */
  static final List<Key<?>> MORE =
      Stream.of(List.<Key<?>>of(ORGANISATION, TEAM, ENVIRONMENT, TIER, ACCOUNT_TYPE, WORKLOAD_TAG), TermKeys.OF_KEYS).flatMap(List::stream).toList();

  private static final Section KEYS =
      Section.list(
          "keys",
          "The API keys.",
          Stream.of(
                  List.of(ID, PREFIX, HASH, ACCOUNT),
                  MORE,
                  List.of(MODELS, PROVIDERS, EXPIRES_AT, STATUS, DESCRIPTION))
              .<Key<?>>flatMap(List::stream)
              .toList(),
          List.of());
  private static final Section DOCUMENT = Section.single("", "A key file.", List.of(), List.of(KEYS));

  private KeyFileReader() {}

  private static Key<String> trait(String name, String doc) {
    return Key.optional(name, Kinds.name(MatchKeys.TRAIT_CHARS), "unknown", doc);
  }

  /**
   * Reads every entry; entries with a fault are left out and their faults noted.
   *
   * @param source what problems call the text
   */
  public static List<KeyRecord> read(String source, String text, Problems problems) {
    var records = new ArrayList<KeyRecord>();
    YamlReader.read(source, text, problems)
        .ifPresent(
            document -> {
              Values values = new SectionReader(Map.of(), "", problems).read(DOCUMENT, document);
              var ids = new HashMap<String, Integer>();
              var fingerprints = new HashMap<KeyFingerprint, Integer>();
              for (Values item : values.items(KEYS)) {
                if (item.sound(ID, HASH, ACCOUNT)
                    && unique(item, ID, ids, "an id", problems)
                    && unique(item, HASH, fingerprints, "a hash", problems)) {
                  records.add(record(item));
                }
              }
            });
    return List.copyOf(records);
  }

  private static <T> boolean unique(Values item, Key<T> key, Map<T, Integer> seen, String what, Problems problems) {
    Integer first = seen.putIfAbsent(item.get(key), item.place(key).line());
    if (first != null) {
      item.refuse(key, what + " of its own; the same is on line " + first, problems);
    }
    return first == null;
  }

  private static KeyRecord record(Values item) {
    var entitlement =
        new Entitlement(
            item.get(ID),
            item.get(ACCOUNT),
            new Traits(
                item.find(ORGANISATION),
                item.find(TEAM),
                item.find(ENVIRONMENT),
                item.find(TIER),
                item.find(ACCOUNT_TYPE),
                item.find(WORKLOAD_TAG)),
            TermKeys.terms(item),
            Set.copyOf(item.get(MODELS)),
            Set.copyOf(item.get(PROVIDERS)),
            item.find(EXPIRES_AT),
            item.get(STATUS));
    return new KeyRecord(item.get(HASH), entitlement, item.find(PREFIX), item.find(DESCRIPTION));
  }
}
