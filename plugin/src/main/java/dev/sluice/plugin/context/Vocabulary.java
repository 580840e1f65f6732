// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.context;

/** The vocabularies that can be counted by. Immutable. */
public enum Vocabulary {
  /** The model's own where its name tells it, else {@link #O200K_BASE}. */
  AUTO,
  /** Of GPT-4o, GPT-4.1, GPT-5 and the o series. */
  O200K_BASE,
  /** Of GPT-4 and GPT-3.5. */
  CL100K_BASE;

  /** The vocabulary to count by for a model. */
  Vocabulary of(String model) {
    if (this != AUTO) {
      return this;
    }
    boolean older = model.startsWith("gpt-3.5") || model.equals("gpt-4") || model.startsWith("gpt-4-") || model.startsWith("text-embedding-");
    return older ? CL100K_BASE : O200K_BASE;
  }
}
