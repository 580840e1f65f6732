// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.key;

import dev.sluice.routing.KeyStatus;
import dev.sluice.routing.config.AtomicFile;
import dev.sluice.routing.config.ConfigException;
import dev.sluice.routing.config.Kinds;
import dev.sluice.routing.config.Place;
import dev.sluice.routing.config.Problems;
import dev.sluice.routing.config.SiblingLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Changes a key file as text, so that comments, order and layout stay as people made them. Thread-safe: changes
 * take turns, also between processes, under a {@link SiblingLock}; a person's own text editor takes no part in that.
 *
 * <p>What was written is read back before it replaces the file: an edit either yields a good file that says what was asked, or
 * changes nothing.
 */
public final class KeyFileEditor {
  private static final Pattern EMPTY_KEYS = Pattern.compile("(?m)^keys:[ \t]*(\\[[ \t]*])?[ \t]*(#.*)?$");
  private static final Pattern ITEM = Pattern.compile("(?m)^( *)- ");

  private final Path file;

  /** What became of a revocation. */
  public enum Revocation {
    REVOKED,
    ALREADY_REVOKED,
    UNKNOWN
  }

  /** An editor of {@code file}, which need not exist. */
  public KeyFileEditor(Path file) {
    this.file = file;
  }

  /** The entries as they are. */
  public List<KeyRecord> records() throws IOException, ConfigException {
    return parse(text());
  }

  private String text() throws IOException {
    return Files.exists(file) ? Files.readString(file) : "keys: []\n";
  }

  private List<KeyRecord> parse(String text) throws ConfigException {
    var problems = new Problems();
    List<KeyRecord> records = KeyFileReader.read(file.toString(), text, problems);
    problems.throwIfAny();
    return records;
  }

  /**
   * Adds an entry at the end of the file.
   *
   * @return the entry's id
   */
  @SuppressWarnings("try") // the lock is held, not used
  public String append(NewKey key, KeyMint.Minted minted) throws IOException, ConfigException {
    try (var held = SiblingLock.take(file)) {
      return appendLocked(key, minted);
    }
  }

  private String appendLocked(NewKey key, KeyMint.Minted minted) throws IOException, ConfigException {
    String text = text();
    List<KeyRecord> before = parse(text);
    Set<String> ids = before.stream().map(record -> record.entitlement().keyId()).collect(Collectors.toSet());
    String id = key.id().orElseGet(() -> freeId(key.account(), ids));
    if (ids.contains(id)) {
      var problems = new Problems();
      problems.add(new Place(file.toString(), 0), "id", id, "an id that is not in use");
      problems.throwIfAny();
    }
    String changed = (before.isEmpty() ? opened(text) : text.stripTrailing() + "\n") + entry(key, id, minted, indent(text));
    List<KeyRecord> after = checked(changed);
    boolean good = after.size() == before.size() + 1 && after.subList(0, before.size()).equals(before);
    write(changed, good && after.getLast().fingerprint().equals(minted.fingerprint()));
    return id;
  }

  private static String freeId(String account, Set<String> ids) {
    String stem = account.length() > 50 ? account.substring(0, 50) : account;
    int number = 1;
    while (ids.contains(stem + "-" + number)) {
      number++;
    }
    return stem + "-" + number;
  }

  private static String indent(String text) {
    Matcher item = ITEM.matcher(text);
    return item.find() ? item.group(1) : "  ";
  }

  /** The text with its empty list of keys moved to the end, open for items. */
  private static String opened(String text) {
    String rest = EMPTY_KEYS.matcher(text).replaceFirst("").stripTrailing();
    return (rest.isEmpty() ? "" : rest + "\n\n") + "keys:\n";
  }

  private static String entry(NewKey key, String id, KeyMint.Minted minted, String indent) {
    var lines = new ArrayList<String>();
    lines.add("id: " + show(id));
    lines.add("prefix: " + show(minted.prefix()));
    lines.add("hash: " + minted.fingerprint().text());
    lines.add("account: " + show(key.account()));
    key.ordered().forEach((name, text) -> lines.add(name + ": " + show(text)));
    if (!key.models().isEmpty()) {
      lines.add("models: " + key.models().stream().map(model -> show(model.strip())).collect(Collectors.joining(", ", "[", "]")));
    }
    key.expires().ifPresent(instant -> lines.add("expires_at: " + instant));
    lines.add("status: active");
    key.description().ifPresent(description -> lines.add("description: " + show(description)));
    return indent + "- " + String.join("\n" + indent + "  ", lines) + "\n";
  }

  private static String show(String text) {
    return Kinds.line(256).show(text);
  }

  /** Sets an entry's status to revoked; the entry stays, so that its id is not used again by mistake. */
  @SuppressWarnings("try") // the lock is held, not used
  public Revocation revoke(String id) throws IOException, ConfigException {
    try (var held = SiblingLock.take(file)) {
      return revokeLocked(id);
    }
  }

  private Revocation revokeLocked(String id) throws IOException, ConfigException {
    String text = text();
    List<KeyRecord> before = parse(text);
    Optional<KeyRecord> found = before.stream().filter(record -> record.entitlement().keyId().equals(id)).findFirst();
    if (found.isEmpty()) {
      return Revocation.UNKNOWN;
    }
    if (found.get().entitlement().status() == KeyStatus.REVOKED) {
      return Revocation.ALREADY_REVOKED;
    }
    String changed = revoked(text, found.get());
    List<KeyRecord> after = checked(changed);
    boolean good = after.size() == before.size();
    for (int i = 0; good && i < before.size(); i++) {
      good = before.get(i).equals(found.get()) ? revoked(before.get(i), after.get(i)) : before.get(i).equals(after.get(i));
    }
    write(changed, good);
    return Revocation.REVOKED;
  }

  private static boolean revoked(KeyRecord before, KeyRecord after) {
    return after.fingerprint().equals(before.fingerprint()) && after.entitlement().status() == KeyStatus.REVOKED;
  }

  /** The line with the entry's hash is unique in the file and in block layout ends the search for the entry's own lines. */
  private static String revoked(String text, KeyRecord key) {
    var lines = new ArrayList<>(text.lines().toList());
    int hash = indexOf(lines, key.fingerprint().text());
    if (hash < 0) {
      return text;
    }
    String line = lines.get(hash);
    int column = line.indexOf("hash:");
    String indent = " ".repeat(Math.max(0, column));
    int first = hash;
    while (first > 0 && !lines.get(first).startsWith("- ", Math.max(0, column - 2))) {
      first--;
    }
    for (int i = first; i < lines.size() && (i == first || !lines.get(i).startsWith("- ", Math.max(0, column - 2))); i++) {
      if (lines.get(i).startsWith("status:", column)) {
        lines.set(i, lines.get(i).substring(0, column) + "status: revoked");
        return String.join("\n", lines) + "\n";
      }
    }
    lines.add(hash + 1, indent + "status: revoked");
    return String.join("\n", lines) + "\n";
  }

  private static int indexOf(List<String> lines, String text) {
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).contains(text)) {
        return i;
      }
    }
    return -1;
  }

  /** The entries of an edited text; none if it is not a good file. */
  private List<KeyRecord> checked(String text) {
    var problems = new Problems();
    List<KeyRecord> records = KeyFileReader.read(file.toString(), text, problems);
    return problems.none() ? records : List.of();
  }

  private void write(String text, boolean good) throws IOException {
    if (!good) {
      throw new IOException(file + " is laid out in a way this command cannot edit; change it by hand");
    }
    AtomicFile.write(file, text, AtomicFile.PRIVATE);
  }
}
