// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.key;

import dev.sluice.routing.ApiKey;
import dev.sluice.routing.Entitlement;
import dev.sluice.routing.KeyFingerprint;
import dev.sluice.routing.KeyStatus;
import dev.sluice.routing.KeyStore;
import dev.sluice.routing.Lookup;
import dev.sluice.routing.config.ConfigException;
import dev.sluice.routing.config.ConfigProblem;
import dev.sluice.routing.config.Place;
import dev.sluice.routing.config.Problems;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The key store of an installation without a database: a YAML file, held in memory as an immutable map from fingerprint to
 * entitlement. Thread-safe; look-ups never block and never fail.
 *
 * <p>A look-up is one HMAC and one hash probe, the same work for every key, known or not. A revoked key is not held, and so not told from one that
 * nobody has. {@link #reload} swaps the map only
 * after the whole new text was found good; anything else keeps the keys in force and tells the listener once per content.
 */
public final class KeyFile implements KeyStore {
  private static final Lookup ABSENT = new Lookup.KnownAbsent();

  private final Path file;
  private final Pepper pepper;
  private final KeyFileListener listener;
  private final ReentrantLock reloading = new ReentrantLock();

  private volatile Loaded loaded;
  private volatile String lastRefused = "";

  private KeyFile(Path file, Pepper pepper, KeyFileListener listener, Loaded loaded) {
    this.file = file;
    this.pepper = pepper;
    this.listener = listener;
    this.loaded = loaded;
  }

  /** Opens a key file, which must be good to start with. */
  public static KeyFile open(Path file, Pepper pepper, KeyFileListener listener) throws ConfigException {
    var problems = new Problems();
    Loaded loaded = load(file, text(file, problems), problems);
    problems.throwIfAny();
    return new KeyFile(file, pepper, listener, loaded);
  }

  @Override
  public Lookup find(ApiKey key) {
    Lookup.Hit hit = loaded.hits.get(pepper.fingerprint(key));
    return hit == null ? ABSENT : hit;
  }

  /** Number of keys in force; none of them is revoked. */
  public int size() {
    return loaded.hits.size();
  }

  /** Takes over the file's present content if it differs and is good. Blocks on the file; not for event loops. */
  public void reload() {
    Runnable news = () -> {};
    reloading.lock();
    try {
      var problems = new Problems();
      String text = text(file, problems);
      if (problems.none() && text.equals(loaded.text)) {
        lastRefused = "";
        return;
      }
      Loaded next = load(file, text, problems);
      if (problems.none()) {
        loaded = next;
        lastRefused = "";
        news = () -> listener.reloaded(next.hits.size());
      } else {
        List<ConfigProblem> list = problems.list();
        String refused = list.toString();
        if (!refused.equals(lastRefused)) {
          lastRefused = refused;
          news = () -> listener.refused(list);
        }
      }
    } finally {
      reloading.unlock();
    }
    news.run();
  }

  private static String text(Path file, Problems problems) {
    var place = new Place(String.valueOf(file), 0);
    try {
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      problems.add(place, "", "no such file", "a key file; `sluice keys create` makes one");
    } catch (CharacterCodingException e) {
      problems.add(place, "", "not UTF-8", "YAML in UTF-8");
    } catch (IOException e) {
      problems.add(place, "", "cannot be read (" + e.getClass().getSimpleName() + ")", "a readable file");
    }
    return "";
  }

  private static Loaded load(Path file, String text, Problems problems) {
    var hits = new HashMap<KeyFingerprint, Lookup.Hit>();
    if (problems.none()) {
      for (KeyRecord key : KeyFileReader.read(file.toString(), text, problems)) {
        Entitlement entitlement = key.entitlement();
        if (entitlement.status() != KeyStatus.REVOKED) {
          hits.put(key.fingerprint(), new Lookup.Hit(entitlement));
        }
      }
    }
    return new Loaded(text, Map.copyOf(hits));
  }

  /** The content in force; the text tells whether the file changed, and holds no secret. */
  private record Loaded(String text, Map<KeyFingerprint, Lookup.Hit> hits) {}
}
