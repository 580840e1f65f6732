// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.registry;

import dev.sluice.routing.KeyFingerprint;
import dev.sluice.routing.key.KeyMint;
import dev.sluice.routing.registry.Field.Need;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What only keys have: they are minted, replaced by another for a time in which both work, and revoked for good. The secret of a
 * new key is in the answer and nowhere else. Thread-safe; blocks.
 */
public final class KeyRegistry {
  /** The longest time in which a replaced key still works. */
  public static final Duration LONGEST_OVERLAP = Duration.ofDays(90);

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final Field FINGERPRINT = Field.free("fingerprint", Storage.BYTES, Need.READ_ONLY, "");
  private static final Field PREFIX = Entities.KEYS.field("prefix").orElseThrow();

  private final Registry registry;
  private final KeyMint mint;

  /** Keys of {@code registry}, minted by {@code mint}. */
  public KeyRegistry(Registry registry, KeyMint mint) {
    this.registry = registry;
    this.mint = mint;
  }

  /** What became of making a key. Immutable. */
  public sealed interface Made {
    /** The key's row, and the key, to be shown once. */
    record Key(Row row, KeyMint.Minted minted) implements Made {}

    /** Nothing was made. */
    record Failed(Outcome outcome) implements Made {}
  }

  /** Makes a key for an account. */
  public Made create(ObjectNode given, String actor) {
    KeyMint.Minted minted = mint.mint();
    return made(registry.create(Entities.KEYS, given, hidden(minted), actor), minted);
  }

  private static Map<Field, JsonNode> hidden(KeyMint.Minted minted) {
    return Map.of(FINGERPRINT, NODES.binaryNode(bytes(minted.fingerprint())), PREFIX, NODES.stringNode(minted.prefix()));
  }

  private static byte[] bytes(KeyFingerprint fingerprint) {
    return HexFormat.of().parseHex(fingerprint.text().substring(KeyFingerprint.SCHEME.length()));
  }

  private static Made made(Outcome outcome, KeyMint.Minted minted) {
    return outcome instanceof Outcome.Stored stored ? new Made.Key(stored.row(), minted) : new Made.Failed(outcome);
  }

  /**
   * Makes a key with the same terms, and lets the one it replaces expire.
   *
   * @param overlap how long both work, zero to {@link #LONGEST_OVERLAP}
   * @param version that the key must be at, if named
   */
  public Made rotate(String id, Duration overlap, Optional<Long> version, Instant now, String actor) {
    if (overlap.isNegative() || overlap.compareTo(LONGEST_OVERLAP) > 0) {
      throw new IllegalArgumentException("overlap: " + overlap + " (expected: 0 to " + LONGEST_OVERLAP + ")");
    }
    KeyMint.Minted minted = mint.mint();
    Outcome outcome =
        registry.change(Entities.KEYS, id, version, (connection, before) -> rotated(connection, before, minted, now.plus(overlap), now, actor));
    return made(outcome, minted);
  }

  private Outcome rotated(Connection connection, Row before, KeyMint.Minted minted, Instant end, Instant now, String actor)
      throws SQLException {
    Optional<Instant> expiry = Optional.of(before.json().path("expires_at")).filter(JsonNode::isString).map(text -> Instant.parse(text.stringValue()));
    if (before.json().path("status").asString("").equals("revoked") || expiry.filter(at -> !at.isAfter(now)).isPresent()) {
      return new Outcome.Conflict("the key is revoked or expired; make another");
    }
    Optional<String> successor = successor(connection, before.id());
    if (successor.isPresent()) {
      return new Outcome.Conflict("the key was replaced already, by " + successor.get());
    }
    ObjectNode heir = before.json().deepCopy();
    for (String own : new String[] {Entity.ID, Entity.VERSION, "created_at", "updated_at", "prefix", "revoked_at"}) {
      heir.remove(own);
    }
    heir.put("rotated_from", before.id());
    Row made = registry.insert(connection, Entities.KEYS, heir, hidden(minted));
    ObjectNode after = before.json().deepCopy();
    after.put("expires_at", expiry.filter(at -> at.isBefore(end)).orElse(end).toString());
    Row ending = new Table(Entities.KEYS).update(connection, before, after);
    Audit.write(connection, actor, "rotate", Entities.KEYS, before, ending);
    Audit.write(connection, actor, "create", Entities.KEYS, null, made);
    return new Outcome.Stored(made);
  }

  private static Optional<String> successor(Connection connection, String id) throws SQLException {
    try (PreparedStatement statement = Table.prepare(connection, "SELECT id FROM api_keys WHERE rotated_from = ?")) {
      statement.setString(1, id);
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next() ? Optional.of(rows.getString(1)) : Optional.empty();
      }
    }
  }

  /** Withdraws a key for good; one that is withdrawn already stays as it is. */
  public Outcome revoke(String id, Instant now, String actor) {
    return registry.change(
        Entities.KEYS,
        id,
        Optional.empty(),
        (connection, before) -> {
          if (before.json().path("status").asString("").equals("revoked")) {
            return new Outcome.Stored(before);
          }
          ObjectNode after = before.json().deepCopy();
          after.put("status", "revoked");
          after.put("revoked_at", now.toString());
          Row revoked = new Table(Entities.KEYS).update(connection, before, after);
          Audit.write(connection, actor, "revoke", Entities.KEYS, before, revoked);
          return new Outcome.Stored(revoked);
        });
  }
}
