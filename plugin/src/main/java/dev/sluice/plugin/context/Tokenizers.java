// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.context;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** The tokenizers in use, each loaded when it is first asked for: a process that never needs one pays nothing. Thread-safe; may block. */
final class Tokenizers {
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final Map<Vocabulary, Tokenizer> loaded = new EnumMap<>(Vocabulary.class);

  Tokenizer get(Vocabulary vocabulary) {
    lock.lock();
    try {
      return loaded.computeIfAbsent(vocabulary, Tokenizer::load);
    } finally {
      lock.unlock();
    }
  }
}
