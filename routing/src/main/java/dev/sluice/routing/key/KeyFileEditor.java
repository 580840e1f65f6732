// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.key;

import dev.sluice.routing.Entitlement;
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
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
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
  public Revocation revoke(String id) throws IOException, ConfigException {
    return switch (change(id, present -> true, KeyPatch.revocation())) {
      case Edited.Done done -> Revocation.REVOKED;
      case Edited.Conflict already -> Revocation.ALREADY_REVOKED;
      case Edited.Unknown unknown -> Revocation.UNKNOWN;
      case Edited.Stale stale -> throw new IllegalStateException("every state was meant");
    };
  }

  /**
   * Changes what the patch names in one entry, and nothing else.
   *
   * @param meant whether the entry is still the one that whoever asks has seen
   * @throws ConfigException if a value is none that a key file takes
   */
  @SuppressWarnings("try") // the lock is held, not used
  public Edited change(String id, Predicate<KeyRecord> meant, KeyPatch patch) throws IOException, ConfigException {
    try (var held = SiblingLock.take(file)) {
      String text = text();
      List<KeyRecord> before = parse(text);
      Optional<KeyRecord> found = entry(before, id);
      Optional<Edited> refusal = refusal(found, meant);
      if (refusal.isPresent()) {
        return refusal.get();
      }
      KeyRecord key = found.orElseThrow();
      patch.alone();
      var edited = new KeyFileText(text);
      patch.ordered().forEach((name, value) -> value.ifPresentOrElse(given -> edited.set(key.fingerprint(), name, given), () -> edited.remove(key.fingerprint(), name)));
      return new Edited.Done(written(edited, before, key, patch));
    }
  }

  /**
   * Makes a key with the same terms, and lets the one it replaces expire at {@code end}, if it does not before.
   *
   * @param meant as in {@link #change}
   */
  @SuppressWarnings("try") // the lock is held, not used
  public Edited rotate(String id, Predicate<KeyRecord> meant, KeyMint.Minted minted, Instant now, Instant end) throws IOException, ConfigException {
    try (var held = SiblingLock.take(file)) {
      String text = text();
      List<KeyRecord> before = parse(text);
      Optional<KeyRecord> found = entry(before, id);
      Optional<Edited> refusal = refusal(found, meant);
      if (refusal.isPresent()) {
        return refusal.get();
      }
      KeyRecord key = found.orElseThrow();
      Optional<Instant> expiry = key.entitlement().expiresAt();
      if (expiry.filter(at -> !at.isAfter(now)).isPresent()) {
        return new Edited.Conflict("the key is expired; make another");
      }
      Optional<String> heir = before.stream().filter(other -> other.rotatedFrom().equals(Optional.of(id))).map(other -> other.entitlement().keyId()).findFirst();
      if (heir.isPresent()) {
        return new Edited.Conflict("the key was replaced already, by " + heir.get());
      }
      String last = expiry.filter(at -> at.isBefore(end)).orElse(end).toString();
      var ending = new KeyPatch(Map.of("expires_at", Optional.of(last)));
      Set<String> ids = before.stream().map(record -> record.entitlement().keyId()).collect(Collectors.toSet());
      var edited = new KeyFileText(text);
      edited.copy(key.fingerprint(), minted.fingerprint());
      edited.set(minted.fingerprint(), "rotated_from", show(id));
      edited.set(minted.fingerprint(), "prefix", show(minted.prefix()));
      edited.set(minted.fingerprint(), "id", show(freeId(key.entitlement().account(), ids)));
      edited.set(key.fingerprint(), "expires_at", last);
      List<KeyRecord> after = checked(edited.toString());
      boolean good = after.size() == before.size() + 1 && same(before, after.subList(0, before.size()), key, ending) && heir(key, after.getLast(), minted);
      write(edited.toString(), good);
      return new Edited.Done(after.getLast());
    }
  }

  private static Optional<KeyRecord> entry(List<KeyRecord> records, String id) {
    return records.stream().filter(record -> record.entitlement().keyId().equals(id)).findFirst();
  }

  private static Optional<Edited> refusal(Optional<KeyRecord> found, Predicate<KeyRecord> meant) {
    if (found.isEmpty()) {
      return Optional.of(new Edited.Unknown());
    }
    if (!meant.test(found.get())) {
      return Optional.of(new Edited.Stale(found.get()));
    }
    return found.get().entitlement().status() == KeyStatus.REVOKED
        ? Optional.of(new Edited.Conflict("a revoked key cannot be changed; make another"))
        : Optional.empty();
  }

  private KeyRecord written(KeyFileText edited, List<KeyRecord> before, KeyRecord key, KeyPatch patch) throws IOException, ConfigException {
    List<KeyRecord> after = checked(edited.toString());
    write(edited.toString(), same(before, after, key, patch));
    return after.get(before.indexOf(key));
  }

  /** Whether {@code after} is {@code before} but for one entry's patch. */
  private static boolean same(List<KeyRecord> before, List<KeyRecord> after, KeyRecord key, KeyPatch patch) throws ConfigException {
    boolean good = after.size() == before.size();
    for (int i = 0; good && i < before.size(); i++) {
      good = before.get(i).equals(key) ? patch.leads(key, after.get(i)) : before.get(i).equals(after.get(i));
    }
    return good;
  }

  private static boolean heir(KeyRecord key, KeyRecord heir, KeyMint.Minted minted) {
    Entitlement was = key.entitlement();
    Entitlement is = heir.entitlement();
    var expected = new Entitlement(is.keyId(), was.account(), was.traits(), was.terms(), was.models(), was.providers(), was.expiresAt(), was.status());
    return is.equals(expected) && heir.fingerprint().equals(minted.fingerprint()) && heir.description().equals(key.description());
  }

  /** The entries of an edited text; none if it is not a good file. */
  private List<KeyRecord> checked(String text) {
    var problems = new Problems();
    List<KeyRecord> records = KeyFileReader.read(file.toString(), text, problems);
    return problems.none() ? records : List.of();
  }

  private void write(String text, boolean good) throws IOException {
    if (!good) {
      throw new KeyLayoutException(file + " is laid out in a way that cannot be edited here; change it by hand");
    }
    AtomicFile.write(file, text, AtomicFile.PRIVATE);
  }
}
